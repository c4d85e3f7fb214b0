"use strict";
// Shows only the problems that pass the filters. Without scripts the form stays hidden and every problem is shown.
const form = document.getElementById("filters");
if (form) {
  const files = [...document.querySelectorAll("details.file")].map((file) => ({
    file,
    name: file.dataset.file.toLowerCase(),
    problems: [...file.querySelectorAll("li")],
  }));
  const total = files.reduce((sum, each) => sum + each.problems.length, 0);
  const nothing = document.getElementById("nothing");
  const output = form.querySelector("output");

  const apply = () => {
    const wanted = new FormData(form);
    const severities = new Set(wanted.getAll("severity"));
    const code = wanted.get("code");
    const part = wanted.get("file").trim().toLowerCase();
    let shown = 0;
    for (const { file, name, problems } of files) {
      let here = 0;
      for (const problem of problems) {
        const { severity, code: its } = problem.dataset;
        problem.hidden = !(severities.has(severity) && (!code || code === its) && name.includes(part));
        here += problem.hidden ? 0 : 1;
      }
      file.hidden = here === 0;
      shown += here;
    }
    nothing.hidden = shown > 0;
    output.textContent = `${shown.toLocaleString("en")} of ${total.toLocaleString("en")} shown`;
  };

  form.addEventListener("input", apply);
  form.addEventListener("reset", () => setTimeout(apply));
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;
  apply();
}
