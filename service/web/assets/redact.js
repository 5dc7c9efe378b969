// Takes the secrets out of a payload before anything of it leaves the page or
// is kept in it: setup codes, first passwords, what stands in a maker's label
// beside the serial. It does what Redact of scanner/code does, step by step and
// under the same names, and is held against the same table of vectors.
import { GS } from "./payload.js";

const most = 4096; // bytes of a payload
const hidden = "… (";
const redactedMatter = "MT:…";
const redactedHomeKit = "X-HM://…";

// redact is the payload as it may be sent and kept, and how many secrets it
// held. The server reads what is left as it would have read the payload.
export function redact(payload) {
  if (new TextEncoder().encode(payload).length > most) {
    return { text: hide([...payload].length), secrets: 0 };
  }
  const input = unwrap(payload);
  const setup = setupCode(input);
  if (setup) {
    return { text: setup, secrets: 1 };
  }
  if (holdsPassword(input.text)) {
    return { text: /^… \([0-9]{1,4}\)$/.test(input.text) ? input.text : hide(input.length), secrets: 1 };
  }
  const label = hikvision(input.text) ?? dahua(input.text);
  if (label && /[^\u001d\u0020-\u007e]/.test(input.text)) {
    label.serial = ""; // misread, or sent wrongly: then no part of it is to be believed
  }
  if (label && (label.secrets > 0 || label.serial === "")) {
    return { text: redactedLabel(label, input.length), secrets: label.secrets };
  }
  if (!label && likeLabel(input.text)) {
    return { text: hide(input.length), secrets: 1 };
  }
  return { text: payload, secrets: 0 };
}

// likeLabel recognises a label of some maker with we do not know what on it.
function likeLabel(text) {
  return text.split(/[\r\n]/).filter((line) => line !== "").length > 2 || text.replaceAll("{GS}", "").includes("{");
}

function hide(length) {
  return `${hidden}${length})`;
}

// unwrap takes off what scanners put around a code (scanner/code/input.go).
function unwrap(payload) {
  let text = trim(payload).replaceAll("\u241d", GS)
    .replaceAll("\uff1a", ":").replaceAll("\uff0c", ",").replaceAll("\uff1b", ";");
  let symbology = "";
  if (/^\][A-Za-z][A-Za-z0-9]/.test(text)) {
    symbology = text.slice(1, 3);
    text = trim(text.slice(3));
  }
  text = joinLines(text).replace(/^\u001d+/, "");
  return { text, symbology, length: [...payload].length };
}

function trim(text) {
  return text.replace(/^[ \t\r\n\ufeff]+|[ \t\r\n\ufeff]+$/g, "");
}

function setupCode({ text, symbology }) {
  const decoded = text.replace(/%([0-9A-Fa-f]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
  const linear = symbology !== "" && "ACEFGI".includes(symbology[0]);
  if (holdsMatter(text) || holdsMatter(decoded) || (!linear && isMatterManual(text.replace(/[ -]/g, "")))) {
    return redactedMatter;
  }
  const homeKit = (part) => part.toUpperCase().includes("X-HM:");
  return homeKit(text) || homeKit(decoded) || /^[0-9]{3}-[0-9]{2}-[0-9]{3}$/.test(text) ? redactedHomeKit : "";
}

// Matter Core Specification 5.1.3.1: the prefix, and 19 characters of base 38
// or more; at the very start the prefix is enough.
function holdsMatter(text) {
  const upper = text.toUpperCase();
  return upper.startsWith("MT:") || /MT:[0-9A-Z.-]{19}/.test(upper);
}

// Matter Core Specification 5.1.4.1: 11 digits, or 21 with vendor and product.
function isMatterManual(digits) {
  if (!/^(?:[0-9]{11}|[0-9]{21})$/.test(digits)) {
    return false;
  }
  const flags = Number(digits[0]);
  return flags <= 7 && (flags >= 4) === (digits.length === 21) &&
    Number(digits.slice(1, 6)) < 1 << 16 && Number(digits.slice(6, 10)) < 1 << 13 && verhoeff(digits);
}

function verhoeff(digits) {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    let digit = Number(digits[digits.length - 1 - i]);
    for (let turns = i % 8; turns > 0; turns--) {
      digit = Number("1576283094"[digit]);
    }
    sum = dihedral(sum, digit);
  }
  return sum === 0;
}

// dihedral multiplies in D5: 0 to 4 are turns, 5 to 9 mirrored turns.
function dihedral(a, b) {
  const mirror = Math.floor(b / 5) * 5;
  return a < 5 ? ((a + b) % 5) + mirror : ((a - b + 10) % 5) + 5 - mirror;
}

function holdsPassword(text) {
  if (/^(?:WIFI:|otpauth:|… \()/i.test(text)) {
    return true;
  }
  const authority = /:\/\/([^/?#]*)/.exec(text)?.[1] ?? "";
  return authority.includes("@");
}

// ── a maker's own label: its serial, its brand if it says so, its secrets ──

const longest = 64; // characters of a serial

function redactedLabel(label, length) {
  if (label.serial === "") {
    return hide(length);
  }
  return label.brand ? `${label.brand} ${label.serial} *` : `{SN:${label.serial}}`;
}

const isHikvisionBrand = (word) => /^(?:ezviz|hikvision)$/i.test(word);

function joinLines(text) {
  const [first, ...rest] = text.replaceAll("\r", "\n").split("\n");
  return rest.length > 0 && isHikvisionBrand(first.trim()) ? words(text).join(" ") : text;
}

function words(text) {
  return text.split(/\s+/).filter((word) => word !== "");
}

function hikvision(text) {
  const at = text.indexOf(" ");
  if (at < 0 || !isHikvisionBrand(text.slice(0, at))) {
    return undefined;
  }
  const [serial, code] = words(text.slice(at));
  if (code === undefined) {
    return undefined;
  }
  const whole = /^[0-9A-Za-z]{9,20}$/.test(serial) && /[0-9]/.test(serial);
  return { brand: text.slice(0, at).toLowerCase(), serial: whole ? serial : "", secrets: code === "*" ? 0 : 1 };
}

const serialLength = 15; // of every published serial of the Dahua family
const keys = "SN|DT|SC|RC|RD|NC|IMEI";

function isDahuaSerial(text) {
  return text.length === serialLength && /^[0-9A-Za-z]+$/.test(text) && /[0-9]/.test(text) && /[A-Za-z]/.test(text);
}

function dahua(text) {
  if (!/[:,;=]/.test(text)) {
    return undefined;
  }
  return dahuaFields(text) ?? dahuaColons(text) ?? dahuaReversed(text) ?? dahuaAddress(text);
}

function cutBraces(text) {
  return text.trim().replace(/^\{/, "").replace(/\}$/, "").trim();
}

function dahuaFields(text) {
  const inner = cutBraces(text);
  if (!new RegExp(`^(?:${keys})$`, "i").test(inner.split(":")[0].trim())) {
    return undefined;
  }
  return separatedFields(inner) ?? joinedFields(inner);
}

function separatedFields(text) {
  const label = { serial: "", secrets: 0 };
  for (const field of text.split(/[,;]/).filter((part) => part !== "")) {
    const [name, ...values] = field.split(":");
    if (values.length !== 1) {
      return undefined;
    }
    if (!note(label, name.trim(), values[0].trim())) {
      return { serial: "", secrets: Math.max(1, label.secrets) };
    }
  }
  return checked(label);
}

function joinedFields(text) {
  const label = { serial: "", secrets: 0 };
  const names = [...text.matchAll(new RegExp(`(${keys})[\\t\\n\\f\\r ]*:`, "gi"))];
  for (const [i, match] of names.entries()) {
    const value = text.slice(match.index + match[0].length, names[i + 1]?.index).replace(/^[,; ]+|[,; ]+$/g, "");
    if (value.includes(":") || !note(label, match[1], value)) {
      return { serial: "", secrets: Math.max(1, label.secrets) };
    }
  }
  if (label.serial.length !== serialLength) {
    return { serial: "", secrets: Math.max(1, label.secrets) };
  }
  return checked(label);
}

// note keeps what a field says; false where it contradicts another.
function note(label, name, value) {
  switch (name.toUpperCase()) {
    case "SN":
      if (label.serial !== "" && label.serial !== value) {
        return false;
      }
      label.serial = value;
      break;
    case "DT":
    case "NC":
    case "IMEI":
      break;
    default:
      label.secrets += value === "" ? 0 : 1;
  }
  return true;
}

function checked(label) {
  if (!/^[0-9A-Za-z]+$/.test(label.serial) || label.serial.length > longest) {
    label.serial = "";
  }
  return label;
}

function dahuaColons(text) {
  const parts = cutBraces(text).split(":");
  const fits = parts.length === 3 && isDahuaSerial(parts[0]) &&
    /^[0-9A-Za-z][0-9A-Za-z/\\ -]*$/.test(parts[1]) && /^[0-9A-Za-z]+$/.test(parts[2]);
  return fits ? { serial: parts[0], secrets: 1 } : undefined;
}

function dahuaReversed(text) {
  const serial = /^DHI?-[0-9A-Za-z/\\ -]+[,;][\t\n\f\r ]*([0-9A-Za-z]+)$/i.exec(cutBraces(text))?.[1];
  return serial && isDahuaSerial(serial) ? { serial, secrets: 0 } : undefined;
}

function dahuaAddress(text) {
  const address = /^(?:https?:\/\/)?(?:www\.hsview\.com|www\.lechange\.cn)[/?][^=]*=([0-9A-Za-z]+)$/i;
  const serial = address.exec(text)?.[1];
  return serial && isDahuaSerial(serial) ? { serial, secrets: 0 } : undefined;
}
