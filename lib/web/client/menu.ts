/** Shows and hides the contents where there's no room for them beside the text. */
export function bindMenu(): void {
  const button = document.querySelector<HTMLElement>('[data-action="menu"]');
  const contents = document.getElementById("contents");
  if (button === null || contents === null) return;
  function show(isOpen: boolean) {
    contents!.classList.toggle("open", isOpen);
    button!.setAttribute("aria-expanded", String(isOpen));
  }
  button.addEventListener("click", () => {
    show(!contents.classList.contains("open"));
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !contents.classList.contains("open")) return;
    show(false);
    button.focus();
  });
  // The current lesson, wherever it is in a long list.
  contents.querySelector('[aria-current="page"]')
    ?.scrollIntoView({ block: "nearest" });
}
