// Small comforts. Every page works without them.
(() => {
  "use strict";
  const words = document.currentScript.dataset;
  const all = (what, each) => document.querySelectorAll(what).forEach(each);
  const small = (text) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "small";
    button.textContent = text;
    return button;
  };

  // Shows what was typed as a password. It is hidden again before it is sent, so that browsers
  // keep it as a password and not as a text.
  all("input[type=password]", (input) => {
    const toggle = small(words.show);
    const name = input.labels[0].textContent;
    const show = (shown) => {
      input.type = shown ? "text" : "password";
      toggle.textContent = shown ? words.hide : words.show;
      toggle.setAttribute("aria-label", toggle.textContent + ": " + name);
    };
    show(false);
    toggle.addEventListener("click", () => show(input.type === "password"));
    input.form.addEventListener("submit", () => show(false));
    input.after(toggle);
  });

  // Copies.
  all("code[data-copy]", (shown) => {
    if (!navigator.clipboard) return;
    const copy = small(words.copy);
    copy.setAttribute("aria-live", "polite");
    copy.addEventListener("click", async () => {
      await navigator.clipboard.writeText(shown.dataset.copy);
      copy.textContent = words.copied;
    });
    shown.after(copy);
  });

  // Counts the minutes that are left, from what the server said, whatever clock is set here. Read
  // aloud are the last five, the last one, and the end.
  all("[data-left]", (shown) => {
    const { left, many, one, less, over } = shown.dataset;
    const end = Date.now() + left * 1000;
    const line = shown.parentNode;
    const aloud = line.nextElementSibling;
    const count = () => {
      const seconds = (end - Date.now()) / 1000;
      const minutes = Math.floor(seconds / 60);
      if (seconds <= 0) {
        aloud.className = "error";
        aloud.textContent = over;
        line.remove();
        return;
      }
      shown.textContent = minutes > 1 ? many.replace("#", minutes) : minutes ? one : less;
      if (minutes === 5 || minutes === 1) aloud.textContent = shown.textContent;
      setTimeout(count, (seconds % 60) * 1000 + 50);
    };
    count();
  });

  // A second press within two seconds is the same press.
  let sent = -Infinity;
  document.addEventListener("submit", (event) => {
    if (event.timeStamp - sent < 2000) event.preventDefault();
    else sent = event.timeStamp;
  });
})();
