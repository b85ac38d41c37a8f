"use strict";
// The page works without this script; with it, what changes on the server is shown without a click.

const parts = {};

/** Show what the server has now, in place of `main`, as long as that asks for it. */
parts.refresh = async () => {
  const main = document.getElementById("main");
  if (!main.dataset.refresh) return;
  const again = () => setTimeout(parts.refresh, Number(main.dataset.refresh));
  if (document.hidden) { again(); return; }
  try {
    const answer = await fetch(location.href, { headers: { accept: "text/html" } });
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("main");
    if (fresh && fresh.innerHTML !== main.innerHTML) {
      const at = main.contains(document.activeElement) ? document.activeElement.textContent : null;
      main.replaceChildren(...fresh.childNodes);
      if (at) [...main.querySelectorAll("a, button")].find((each) => each.textContent === at)?.focus();
    }
    if (fresh && !fresh.dataset.refresh) { delete main.dataset.refresh; sortable(main); return; }
  } catch {
    parts.sayAway(main); // It may be restarting: asked again.
  }
  again();
};

setTimeout(parts.refresh, 1000);

/** Say once, in this part of the page, that what it shows may be old. */
parts.sayAway = (part) => {
  if (part.querySelector(".away")) return;
  const says = document.createElement("p");
  says.className = "mistake away";
  says.setAttribute("role", "status");
  says.textContent = "The server does not answer: start cargohub page again, or reload the page.";
  part.prepend(says);
};

/** A plan's address: its choices, and the values that differ from the scenario's. */
parts.planQuery = (form) => {
  const query = new URLSearchParams();
  for (const each of form.elements) {
    if (!each.name || each.disabled || each.type === "hidden" || each.tagName === "BUTTON" || each.name === "name") continue;
    if (each.type === "checkbox" ? !each.checked : each.value === (each.dataset.base ?? "")) continue;
    query.append(each.name, each.value);
  }
  return query;
};

/** Show what the plan as it is now is, beside its fields; a change of a group changes the fields themselves. */
parts.check = async (form, isWhole) => {
  const address = `/plan?${parts.planQuery(form)}`;
  if (isWhole) { location.assign(address); return; }
  history.replaceState(null, "", address);
  const number = (parts.asked = (parts.asked ?? 0) + 1);
  const answer = await fetch(address).catch(() => null);
  if (!answer) { parts.sayAway(document.getElementById("check")); return; }
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  const panel = fresh.getElementById("check");
  if (number !== parts.asked) return;
  const typed = form.elements.name?.value;
  document.getElementById("check").replaceChildren(...(panel ?? fresh.getElementById("main")).childNodes);
  if (!panel) return; // refused: the server says why
  if (typed) form.elements.name.value = typed;
  for (const says of document.querySelectorAll(".says")) {
    const now = fresh.querySelector(`.says[data-key="${CSS.escape(says.dataset.key)}"]`);
    says.textContent = now?.textContent ?? "";
    says.hidden = !says.textContent;
    const field = document.getElementById(`f-${says.dataset.key}`);
    if (says.hidden) field?.removeAttribute("aria-invalid"); else field?.setAttribute("aria-invalid", "true");
  }
  // From what a value was changed, and how many of a group are.
  const marks = (page) => [...page.querySelectorAll(".field .about, .fields > details > summary")];
  const now = marks(fresh);
  for (const [i, mark] of marks(document).entries()) mark.replaceChildren(...(now[i]?.childNodes ?? []));
  // What was typed in per cent is a number now.
  for (const field of document.querySelectorAll(".field input")) {
    const now = fresh.getElementById(field.id);
    if (field.value.includes("%") && now) field.value = now.value;
  }
  parts.copies();
};

/** Show the fields that hold all words, in opened groups. */
parts.filter = (text) => {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  for (const group of document.querySelectorAll(".fields > details")) {
    const fields = [...group.querySelectorAll(".field")];
    for (const field of fields) {
      const says = (field.querySelector("label")?.textContent ?? "").toLowerCase();
      field.hidden = !words.every((word) => says.includes(word));
    }
    group.hidden = words.length > 0 && fields.every((field) => field.hidden);
    if (words.length && !group.hidden) group.open = true;
  }
};

/** Set all numbers that are shown; a share of those that the scenario has. */
parts.apply = (text) => {
  for (const field of document.querySelectorAll(".fields input[inputmode='decimal']")) {
    if (field.closest("[hidden]") || !field.closest("details").open) continue;
    if (text.includes("%") && field.dataset.base === "") continue;
    field.value = text;
    field.closest(".field").classList.toggle("changed", text !== field.dataset.base);
  }
};

parts.copies = () => {
  for (const button of document.querySelectorAll("button.copy")) {
    button.hidden = false;
    button.onclick = async () => {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copies).textContent);
      button.textContent = "Copied";
    };
  }
};

/** The name of a control; of several with one name, also its value. */
parts.controlName = (field) => (field.type === "checkbox" ? `${field.name}=${field.value}` : field.name);

const plan = document.getElementById("plan");
if (plan) {
  plan.addEventListener("change", (event) => {
    const field = event.target;
    if (!field.name || field.name === "name") return;
    field.closest(".field")?.classList.toggle("changed", field.value !== field.dataset.base);
    const isWhole = !field.name.startsWith("set.");
    if (isWhole) sessionStorage.setItem("control", parts.controlName(field));
    parts.check(plan, isWhole);
  });
  // The control that brought a new form keeps the focus: arrow keys go through the options of a choice.
  const control = [...plan.elements].find((each) => parts.controlName(each) === sessionStorage.getItem("control"));
  sessionStorage.removeItem("control");
  if (control?.closest("details")) control.closest("details").open = true;
  control?.focus();
  document.getElementById("find").hidden = false;
  const filter = document.getElementById("filter");
  filter.addEventListener("input", () => parts.filter(filter.value));
  document.getElementById("apply").addEventListener("click", () => {
    parts.apply(document.getElementById("by").value);
    parts.check(plan, false);
  });
  // Enter in these finds or changes, and sends nothing.
  document.getElementById("find").addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target.tagName === "BUTTON") return;
    event.preventDefault();
    if (event.target.id === "by") document.getElementById("apply").click();
  });
  // Sent is what differs, not four hundred values.
  plan.addEventListener("formdata", ({ formData }) => {
    for (const each of plan.elements) {
      if (each.name.startsWith("set.") && each.value === each.dataset.base) formData.delete(each.name);
    }
  });
}
parts.copies();

/** Say that what is shown is being computed again, or that it is there. */
parts.busy = (isBusy) => {
  const panel = document.getElementById("check");
  if (isBusy) panel.setAttribute("aria-busy", "true"); else panel.removeAttribute("aria-busy");
  document.querySelector(".busy").textContent = isBusy ? "computing…" : "";
};

/** The answer for the probabilities as the sliders stand, computed on the server; the sliders keep the focus. */
parts.slide = async (sliders) => {
  const query = new URLSearchParams();
  for (const stage of sliders.querySelectorAll("fieldset")) {
    const rows = [...stage.querySelectorAll("input")];
    if (rows[0].value) for (const each of rows) query.append(each.name, each.value);
  }
  history.replaceState(null, "", `?${query}`);
  const number = (parts.slid = (parts.slid ?? 0) + 1);
  parts.busy(true);
  const text = await fetch(`?${query}`).then((answer) => answer.text(), () => "");
  const fresh = new DOMParser().parseFromString(text, "text/html");
  if (number !== parts.slid) return;
  parts.busy(false);
  if (!fresh.getElementById("sliders")) { location.reload(); return; } // refused: the server says why
  document.getElementById("check").replaceChildren(...fresh.getElementById("check").childNodes);
  sortable(document.getElementById("check"));
  for (const now of fresh.querySelectorAll("#sliders [type='range']")) {
    const [slider, output] = [document.getElementById(now.id), document.querySelector(`output[for="${CSS.escape(now.id)}"]`)];
    slider.value = now.value;
    slider.setAttribute("aria-valuetext", now.getAttribute("aria-valuetext"));
    slider.closest(".field").className = now.closest(".field").className;
    output.textContent = fresh.querySelector(`output[for="${CSS.escape(now.id)}"]`).textContent;
  }
};

// As soon as a slider is let go; while it is drawn, its own number alone.
const sliders = document.getElementById("sliders");
sliders?.addEventListener("change", (event) => {
  event.target.closest("fieldset").querySelector("[name='moved']").value = event.target.name;
  parts.slide(sliders);
});
sliders?.addEventListener("input", (event) => {
  document.querySelector(`output[for="${CSS.escape(event.target.id)}"]`).textContent = `${Math.round(100 * event.target.value)} %`;
});
