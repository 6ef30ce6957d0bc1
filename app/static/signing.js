// Sifts the colleagues one can tick by what is typed; whoever is ticked stays in sight.
for (const group of document.querySelectorAll("[data-signers]")) {
  const sift = group.querySelector(".sift");
  const choices = [...group.querySelectorAll(".choice")];
  if (!sift || choices.length < 9) continue;
  sift.hidden = false;
  const wanted = sift.querySelector("input");
  wanted.addEventListener("input", () => {
    const text = wanted.value.trim().toLowerCase();
    for (const choice of choices) {
      const ticked = choice.querySelector("input").checked;
      choice.hidden = !ticked && !choice.textContent.toLowerCase().includes(text);
    }
  });
  wanted.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
}
