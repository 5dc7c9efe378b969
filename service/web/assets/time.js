// Shows instants in the reader's own time. Without it they are in UTC, and say so.
const shapes = {
  minute: { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" },
  day: { day: "numeric", month: "short", year: "numeric" },
};

const page = document.documentElement.lang;
// The page's language, in the reader's own spelling of it.
const locale = navigator.languages.find((l) => l.startsWith(page)) ?? page;

export function localise(root) {
  for (const element of root.querySelectorAll("time[data-show]")) {
    const at = new Date(element.dateTime);
    const shape = shapes[element.dataset.show];
    if (shape && !Number.isNaN(at.valueOf())) {
      element.textContent = at.toLocaleString(locale, shape);
    }
  }
}

localise(document);
