"use strict";
(() => {
  const root = document.documentElement, form = document.getElementById("filter"), rows = [...document.querySelectorAll("table.tasks tbody tr")];
  root.classList.add("js");
  const show = () => {
    const shown = document.getElementById(location.hash.slice(1));
    const task = shown && shown.matches("article.page") ? shown : null;
    document.querySelectorAll("article.page.shown").forEach((page) => page.classList.remove("shown"));
    if (task) task.classList.add("shown");
    root.classList.toggle("on-task", Boolean(task));
    if (task) scrollTo(0, 0);
  };
  const filter = () => {
    const want = Object.fromEntries(new FormData(form));
    const words = want.text.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const row of rows) {
      const d = row.dataset;
      const fits = words.every((word) => d.text.includes(word)) && (!want.difficulty || d.difficulty === want.difficulty)
        && (!want.verdict || d.verdicts.split(" ").includes(want.verdict)) && (!want.code || d.codes.split(" ").includes(want.code));
      row.hidden = !fits;
      count += fits;
    }
    document.getElementById("count").textContent = count + " of " + rows.length + " tasks";
  };
  form.hidden = false;
  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  addEventListener("hashchange", show);
  filter();
  show();
})();
