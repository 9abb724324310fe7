// Light, dark or as the system has it; kept in a cookie so that the server paints it right at once.

const root = document.documentElement;

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-set-theme]");
  if (!button) return;
  const theme = button.dataset.setTheme;
  if (theme === "system") delete root.dataset.theme;
  else root.dataset.theme = theme;
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `theme=${theme}; path=/; max-age=31536000; SameSite=Lax${secure}`;
  show();
  keep(button.closest("[data-save]")?.dataset.save, theme);
});

// For the person's other browsers; when it fails, this one has its cookie.
function keep(address, theme) {
  const csrf = document.querySelector("[name=csrfmiddlewaretoken]")?.value;
  if (!address || !csrf) return;
  const body = new URLSearchParams({ theme, csrfmiddlewaretoken: csrf });
  fetch(address, { method: "POST", body, credentials: "same-origin", keepalive: true }).catch(() => {});
}

function show() {
  const now = root.dataset.theme ?? "system";
  for (const button of document.querySelectorAll("[data-set-theme]")) {
    button.setAttribute("aria-pressed", String(button.dataset.setTheme === now));
  }
}

show();
for (const each of document.querySelectorAll("[data-themes]")) each.hidden = false;
