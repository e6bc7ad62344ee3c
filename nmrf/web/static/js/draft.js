// Keeps what is being written in this browser until it is sent. It runs only in a form that carries
// data-draft, and only for its text areas with data-autosave: pages where people comment without a
// name carry neither, so nothing of theirs is ever kept.
(() => {
  const words = (form, name, values = {}) =>
    (form.dataset[name] || "").replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "");

  // What was sent is let go when the next page of the service has come. When the line breaks, the form
  // comes back with errors, or an error page or the sign-in page comes, the draft is still there.
  const sent = sessionStorage.getItem("draft-sent");
  if (sent) {
    sessionStorage.removeItem("draft-sent");
    if (!document.querySelector("#error-summary, input[type=password], .error-page")) {
      for (const name of JSON.parse(sent)) localStorage.removeItem(name);
    }
  }

  for (const form of document.querySelectorAll("form[data-draft]")) {
    const boxes = [...form.querySelectorAll("textarea[data-autosave]")];
    if (!boxes.length) continue;
    const key = (box) => `draft:${form.dataset.draft}:${box.name}`;
    const status = form.querySelector("[data-draft-status]");
    const say = (text) => {
      if (status) status.textContent = text;
    };
    let changed = false;
    let sending = false;
    let timer;

    const save = () => {
      try {
        for (const box of boxes) {
          if (box.value === box.defaultValue) localStorage.removeItem(key(box));
          else localStorage.setItem(key(box), box.value);
        }
        say(words(form, "kept", { time: new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" }) }));
      } catch {
        // A full or forbidden store: the warning on leaving still holds.
      }
    };

    const drop = () => {
      for (const box of boxes) localStorage.removeItem(key(box));
    };

    const waiting = boxes.filter((box) => {
      const kept = localStorage.getItem(key(box));
      return kept !== null && kept !== box.value;
    });
    const offer = form.querySelector("[data-draft-offer]");
    if (waiting.length && offer) {
      offer.hidden = false;
      offer.querySelector("[data-draft-use]").addEventListener("click", () => {
        for (const box of waiting) box.value = localStorage.getItem(key(box));
        changed = true;
        offer.hidden = true;
        waiting[0].focus();
      });
      offer.querySelector("[data-draft-drop]").addEventListener("click", () => {
        drop();
        offer.hidden = true;
        boxes[0].focus();
      });
    }

    form.addEventListener("input", () => {
      changed = true;
      clearTimeout(timer);
      timer = setTimeout(save, 1200);
    });
    form.addEventListener("submit", () => {
      sending = true;
      clearTimeout(timer);
      save();
      sessionStorage.setItem("draft-sent", JSON.stringify(boxes.map(key)));
    });
    window.addEventListener("beforeunload", (event) => {
      if (changed && !sending) event.preventDefault();
    });
  }
})();
