//! Where to go after signing in: a path of this site and nothing else.

/// A path on this site, such as `/contact-requests?page=2`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalPath(String);

impl LocalPath {
    /// Takes `text` if a browser would stay on this site with it, else the home page.
    ///
    /// Browsers read a backslash as a slash and drop tabs and line ends, so only plain ASCII passes.
    pub fn or_home(text: &str) -> Self {
        let plain = text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
        let local = text.starts_with('/') && !text.starts_with("//");
        if plain && local { Self(text.to_owned()) } else { Self("/".to_owned()) }
    }

    /// The path with its query.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;

    /// Prefixes, separators and hosts that once fooled a redirect; every combination must stay here.
    #[test]
    fn no_text_leads_to_another_site() {
        let here = Url::parse("https://coffer.example/sign-in").unwrap();
        let prefixes = [
            "",
            " ",
            "/",
            "//",
            "///",
            "\\",
            "/\\",
            "\\/",
            "/\t/",
            "\t//",
            "/\n/",
            "https:",
            "https:/",
            "https://",
            "http://",
            "javascript:",
            "data:",
            "//\u{ff0f}",
            "/%09/",
            "%2f%2f",
            "/.//",
            "//@",
            "/@",
        ];
        let hosts =
            ["evil.example", "evil.example/path", "coffer.example@evil.example", "evil.example%2f", ""];
        for prefix in prefixes {
            for host in hosts {
                let text = format!("{prefix}{host}");
                let path = LocalPath::or_home(&text);
                let target = here.join(path.as_str()).unwrap();
                assert_eq!(target.origin(), here.origin(), "{text:?}");
            }
        }
    }

    #[test]
    fn a_local_path_is_kept() {
        assert_eq!(LocalPath::or_home("/emails?state=refused").as_str(), "/emails?state=refused");
    }
}
