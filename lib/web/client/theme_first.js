// Runs before the page is drawn, so that it never flashes in the other theme.
try {
  const theme = localStorage.getItem("theme");
  if (theme === "dark" || theme === "light") {
    document.documentElement.dataset.theme = theme;
  }
} catch {
  // Without storage, the system's theme holds.
}
document.documentElement.classList.add("scripted");
