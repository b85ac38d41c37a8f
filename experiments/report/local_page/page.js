"use strict";
// The page works without this script; with it, what changes on the server is shown without a click.

const parts = {};

/** Show what the server has now, in place of `main`, as long as that asks for it. */
parts.refresh = async () => {
  const main = document.getElementById("main");
  if (!main.dataset.refresh) return;
  const again = () => setTimeout(parts.refresh, Number(main.dataset.refresh));
  if (document.hidden) { again(); return; }
  try {
    const answer = await fetch(location.href, { headers: { accept: "text/html" } });
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("main");
    if (fresh && fresh.innerHTML !== main.innerHTML) {
      const at = main.contains(document.activeElement) ? document.activeElement.textContent : null;
      main.replaceChildren(...fresh.childNodes);
      if (at) [...main.querySelectorAll("a, button")].find((each) => each.textContent === at)?.focus();
    }
    if (fresh && !fresh.dataset.refresh) { delete main.dataset.refresh; return; }
  } catch {
    // The server may be restarting: asked again.
  }
  again();
};

setTimeout(parts.refresh, 1000);
