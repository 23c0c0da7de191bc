// A picture is chosen and made small, a color is picked, and the page beside follows. Without this file all three are
// typed, and the page is shown by its buttons.
const form = document.querySelector("form[data-branding]");
let shown = form.querySelector("[data-preview]"), waiting = 0;
const show = () => form.requestSubmit(shown);
for (const button of form.querySelectorAll("[formtarget=preview]")) button.addEventListener("click", () => { shown = button; });
form.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(show, 250); });
const told = (field) => field.dispatchEvent(new Event("input", { bubbles: true }));

const color = form.querySelector("[data-pick]");
if (color) {
  const pick = document.createElement("input");
  pick.type = "color";
  pick.ariaLabel = color.dataset.pick;
  const follow = () => { pick.value = /^#[0-9a-f]{6}$/i.test(color.value) ? color.value : color.placeholder; };
  follow();
  color.addEventListener("input", follow);
  pick.addEventListener("input", () => { color.value = pick.value; });
  color.after(pick);
}

const MOST_WIDE = 448, MOST_HIGH = 112; // twice what a page shows, for fine screens
const drawn = async (file) => {
  const read = new FileReader();
  await new Promise((done, failed) => { read.onload = done; read.onerror = failed; read.readAsDataURL(file); });
  const picture = new Image();
  picture.src = read.result;
  await picture.decode();
  const scale = Math.min(MOST_WIDE / picture.naturalWidth, MOST_HIGH / picture.naturalHeight, 1);
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.naturalWidth * scale));
  canvas.height = Math.max(1, Math.round(picture.naturalHeight * scale));
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  return [["image/png"], ["image/webp", 0.9], ["image/webp", 0.6]].map((kind) => canvas.toDataURL(...kind));
};

const logo = form.querySelector("[data-choose]");
if (logo) {
  const row = document.createElement("div");
  const file = document.createElement("input"), picture = document.createElement("img");
  const none = document.createElement("button"), said = document.createElement("p");
  row.className = "chosen";
  file.type = "file";
  file.accept = "image/*";
  file.ariaLabel = logo.dataset.choose;
  none.type = "button";
  none.className = "quiet";
  none.textContent = logo.dataset.remove;
  said.setAttribute("role", "status");
  picture.alt = "";
  const follow = () => {
    picture.hidden = !logo.value.startsWith("data:image/");
    if (!picture.hidden) picture.src = logo.value;
    none.hidden = !logo.value;
    logo.hidden = !picture.hidden || !logo.value;
  };
  file.addEventListener("change", async (event) => {
    event.stopPropagation();
    const fits = await drawn(file.files[0]).then((made) => made.find((one) => one.length <= logo.maxLength), () => undefined);
    said.textContent = fits ? "" : logo.dataset.unusable;
    if (fits) { logo.value = fits; told(logo); }
  });
  none.addEventListener("click", () => { logo.value = ""; file.value = ""; told(logo); });
  logo.addEventListener("input", follow);
  follow();
  row.append(picture, file, none);
  logo.after(row, said);
}
show();
