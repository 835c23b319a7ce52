//! Values that must be refused, by a sentence that names the key.

use crate::programs::helm;

/// What is set, and what the sentence must hold.
const REFUSED: [(&str, &[&str]); 21] = [
    ("gateway.replica=2", &["/gateway", "'replica'"]),
    ("gateways.replicas=2", &["'gateways'"]),
    ("gateway.replicas=two", &["/gateway/replicas", "want integer"]),
    ("consent.replicas=0", &["/consent/replicas", "minimum"]),
    ("mailer.smtp.tls=plain", &["/mailer/smtp/tls", "starttls"]),
    ("mailer.smtp.tls=none", &["mailer.smtp.tls", "starttls"]),
    ("mailer.smtp.port=70000", &["/mailer/smtp/port", "maximum"]),
    ("nats.enabled=yes", &["/nats/enabled", "want boolean"]),
    ("nats.enabled=true", &["setup.mode", "start"]),
    ("telemetry.endpoint=https://collector:4317", &["/telemetry/endpoint"]),
    ("telemetry.ratio=2", &["/telemetry/ratio", "maximum"]),
    ("publicUrl=http://coffer.example.org", &["publicUrl", "https"]),
    ("publicUrl=https://coffer.example.org/path", &["/publicUrl", "pattern"]),
    ("images.tag=latest", &["images.tag", "latest"]),
    ("gateway.image.digest=sha256:12", &["/gateway/image/digest", "pattern"]),
    ("demo.secrets=true", &["demo", "production"]),
    ("gateway.sealing.keys=null", &["gateway.sealing.keys", "keys of its own"]),
    ("bus.url=nats://user:password@nats:4222", &["/bus/url", "pattern"]),
    ("gateway.settings.DATABASE__URL=postgres://x", &["gateway.settings.DATABASE__URL", "Secret"]),
    ("mailer.settings.SMTP__PASSWORD=x", &["mailer.settings.SMTP__PASSWORD", "Secret"]),
    ("consent.settings.process=x", &["/consent/settings", "'process'"]),
];

#[test]
fn hostile_values_are_refused_with_the_key() {
    for (set, wanted) in REFUSED {
        let output = helm(&["template", "coffer", ".", "--set", set]);
        let sentence = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success(), "{set} is taken");
        for word in wanted {
            assert!(sentence.contains(word), "{set}: `{word}` is missing in: {sentence}");
        }
    }
}
