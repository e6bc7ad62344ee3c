// The reader's own choice of light or dark. Kept in a cookie that holds one word, so that the next
// page is drawn right from the start; as long as nothing is chosen there is no cookie.
(() => {
  const root = document.documentElement;
  const order = ["device", "light", "dark"];
  const found = document.cookie.match(/(?:^|; )theme=(light|dark)/);
  let choice = found ? found[1] : "device";

  const apply = () => {
    if (choice === "device") {
      root.removeAttribute("data-theme");
    } else {
      root.setAttribute("data-theme", choice);
    }
  };
  const keep = () => {
    const age = choice === "device" ? 0 : 31536000;
    document.cookie = `theme=${choice}; path=/; max-age=${age}; SameSite=Lax`;
  };

  // A page from the browser's own store may be older than the choice.
  if (found) apply();
  for (const button of document.querySelectorAll("[data-theme-switch]")) {
    const say = () => {
      button.textContent = button.dataset[choice];
    };
    say();
    button.hidden = false;
    button.addEventListener("click", () => {
      choice = order[(order.indexOf(choice) + 1) % order.length];
      apply();
      keep();
      say();
    });
  }
})();
