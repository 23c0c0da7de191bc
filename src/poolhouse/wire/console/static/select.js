// One box that ticks all of its table, for whoever has scripts.
const head = document.querySelector("[data-select-page]");
if (head) {
  const all = document.createElement("input");
  all.type = "checkbox";
  all.ariaLabel = head.dataset.selectPage;
  const boxes = () => [...document.querySelectorAll("input[name=user][form=chosen]")];
  all.addEventListener("change", () => { for (const box of boxes()) box.checked = all.checked; });
  addEventListener("change", (event) => {
    if (event.target.name !== "user") return;
    const ticked = boxes().filter((box) => box.checked).length;
    all.checked = ticked === boxes().length;
    all.indeterminate = ticked > 0 && !all.checked;
  });
  head.replaceChildren(all);
}
