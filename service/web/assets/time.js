// Shows instants in the reader's own time. Without it they are in UTC, and say so.
const shapes = {
  minute: { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" },
  day: { day: "numeric", month: "short", year: "numeric" },
  "last-day": { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" }, // whoever chose it chose a date
  due: { weekday: "long", day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" },
};

const page = document.documentElement.lang;
// The page's language, in the reader's own spelling of it.
const locale = navigator.languages.find((l) => l.startsWith(page)) ?? page;

// In how many days of the reader's calendar, in the words of their language.
const away = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
const midnight = (at) => new Date(at).setHours(0, 0, 0, 0);
const days = (at) => Math.round((midnight(at) - midnight(Date.now())) / 86_400_000);

export function localise(root) {
  for (const element of root.querySelectorAll("time[data-show]")) {
    const at = new Date(element.dateTime);
    const shape = shapes[element.dataset.show];
    if (shape && !Number.isNaN(at.valueOf())) {
      const text = at.toLocaleString(locale, shape);
      element.textContent = element.dataset.show === "due" ? `${text} (${away.format(days(at), "day")})` : text;
    }
  }
}

localise(document);
