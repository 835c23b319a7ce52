// Builds the one style sheet and the scripts of the pages into assets/dist.
// The design system comes from the lock file; its web fonts (licensed, and on another host) are
// taken out, and its fixed colours become variables so that coffer.css can turn them for dark mode.
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { build, transform } from "esbuild";

const here = new URL("./", import.meta.url);
const dist = new URL("dist/", here);
const designSystem = new URL("../node_modules/nhsuk-frontend/dist/nhsuk/nhsuk-frontend.min.css", here);

// [property, colour of the design system, our variable]
const VARIABLES = [
  ["color", "#212b32", "--ink"],
  ["fill", "#212b32", "--ink"],
  ["color", "#4c6272", "--ink-soft"],
  ["color", "#005eb8", "--link"],
  ["fill", "#005eb8", "--link"],
  ["color", "#7c2855", "--link-hover"],
  ["color", "#330072", "--link-visited"],
  ["color", "#d5281b", "--error"],
  ["background-color", "#fff", "--paper"],
  ["background", "#fff", "--paper"],
  ["background-color", "#f0f4f5", "--page"],
  ["border[a-z-]*", "#d8dde0", "--line"],
  ["border[a-z-]*", "#aeb7bd", "--line"],
  ["border[a-z-]*", "#4c6272", "--line-strong"],
  ["border[a-z-]*", "#212b32", "--line-strong"],
];

function withVariables(css) {
  return css.replace(/\{[^{}]*\}/g, (rule) => {
    if (rule.includes("#ffeb3b")) return rule; // the focus style: dark on yellow in every mode
    return VARIABLES.reduce(
      (text, [property, colour, variable]) =>
        text.replace(new RegExp(`([{;]${property}:[^;}]*)${colour}(?![0-9a-f])`, "g"), `$1var(${variable})`),
      rule,
    );
  });
}

async function buildStyle() {
  const vendor = (await readFile(designSystem, "utf8"))
    .replace(/@font-face\{[^}]*\}/g, "")
    .replace(/Frutiger W01,arial,sans-serif/g, "arial,sans-serif")
    .replace(/url\(\/assets\/images\/[^)]*\)/g, "none") // icons of parts that we do not use
    .replace(/\/\*#[^*]*\*\//g, "");
  const own = await readFile(new URL("coffer.css", here), "utf8");
  const { code } = await transform(withVariables(vendor) + own, { loader: "css", minify: true });
  if (/url\(["']?(https?:)?\/\//.test(code)) throw new Error("the style sheet refers to another host");
  await writeFile(new URL("coffer.css", dist), code);
}

await mkdir(dist, { recursive: true });
await buildStyle();
// The first is on every page, the second on pages with an editor, the third is fetched by the second.
for (const [name, format] of [["coffer.js", "iife"], ["editor.js", "iife"], ["format.js", "esm"]]) {
  await build({
    entryPoints: [new URL(name, here).pathname],
    outfile: new URL(name, dist).pathname,
    bundle: true,
    minify: true,
    format,
    target: "es2022",
    legalComments: "none",
  });
}
await copyFile(new URL("icon.svg", here), new URL("icon.svg", dist));
