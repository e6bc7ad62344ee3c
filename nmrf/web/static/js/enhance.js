// What makes the pages quicker where scripts run. Everything works without.
(() => {
  // Copy a receipt code.
  for (const button of document.querySelectorAll("[data-copy]")) {
    const source = button.parentElement.querySelector("[data-copy-source]");
    if (!source || !navigator.clipboard) continue;
    const words = button.textContent;
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(source.textContent.trim());
      button.textContent = button.dataset.copied;
      setTimeout(() => {
        button.textContent = words;
      }, 3000);
    });
  }

  // Lead to the list of what is missing after a form came back.
  const summary = document.getElementById("error-summary");
  if (summary) summary.focus();

  // A menu closes with Escape and when the reader clicks elsewhere.
  const menus = [...document.querySelectorAll("details.account, details.menu")];
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of menus) {
      if (!menu.open) continue;
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
  document.addEventListener("click", (event) => {
    for (const menu of menus) {
      if (menu.open && !menu.contains(event.target)) menu.open = false;
    }
  });
})();
