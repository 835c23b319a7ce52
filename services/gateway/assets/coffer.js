// The one script of the pages. Everything works without it.
import "htmx.org/dist/htmx.esm.js";
import "htmx.org/dist/ext/hx-sse.js";
import { Button, ErrorSummary, Header, NotificationBanner, PasswordInput, SkipLink, createAll } from "nhsuk-frontend";

// The design system's own mark for browsers that its components support; without it none of them starts.
document.body.classList.add("js-enabled", "nhsuk-frontend-supported");
for (const component of [Button, ErrorSummary, Header, NotificationBanner, PasswordInput, SkipLink]) {
  createAll(component);
}

// A part of the page that the server refreshes says so to screen readers, at most every 5 seconds.
let lastAnnouncement = 0;
document.addEventListener("htmx:sse:after:message", () => {
  const status = document.getElementById("live-status");
  if (!status || Date.now() - lastAnnouncement < 5000) return;
  lastAnnouncement = Date.now();
  const time = new Date().toLocaleTimeString("en-GB");
  status.textContent = `Updated at ${time}`;
});
