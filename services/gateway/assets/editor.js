// The SQL editor, on the pages that have one. It stands in the place of the text area, which keeps the text and is
// what the form sends. In a shadow tree its style sheets need no exception from the content security policy.
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { MSSQL, MySQL, PostgreSQL, StandardSQL, sql } from "@codemirror/lang-sql";
import { HighlightStyle, bracketMatching, indentOnInput, syntaxHighlighting } from "@codemirror/language";
import { Compartment, EditorState, StateEffect, StateField } from "@codemirror/state";
import {
  Decoration,
  EditorView,
  MatchDecorator,
  ViewPlugin,
  drawSelection,
  highlightActiveLine,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import { tags } from "@lezer/highlight";

const DIALECTS = { postgresql: PostgreSQL, mysql: MySQL, sqlserver: MSSQL };

const colours = HighlightStyle.define([
  { tag: tags.keyword, color: "var(--code-keyword)", fontWeight: "600" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--code-text)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--code-number)" },
  { tag: tags.comment, color: "var(--ink-soft)", fontStyle: "italic" },
  { tag: tags.typeName, color: "var(--code-number)" },
]);

const look = EditorView.theme({
  "&": { backgroundColor: "var(--paper)", color: "var(--ink)", border: "2px solid var(--line-strong)", fontSize: "1rem" },
  "&.cm-focused": { outline: "4px solid var(--focus)", outlineOffset: "0" },
  ".cm-scroller": { fontFamily: "ui-monospace, monospace", lineHeight: "1.5", maxHeight: "70vh" },
  ".cm-content": { caretColor: "var(--ink)" },
  ".cm-content, .cm-gutter": { minHeight: "18rem" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  ".cm-gutters": { backgroundColor: "var(--page)", color: "var(--ink-soft)", border: "0" },
  ".cm-activeLine": { backgroundColor: "var(--code-line)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "var(--code-selection)",
  },
  ".cm-refused": { backgroundColor: "var(--code-refused)", boxShadow: "inset 4px 0 var(--error)" },
  ".cm-parameter, .cm-parameter *": { color: "var(--code-number) !important", fontWeight: "400 !important" },
  ".cm-tooltip": { backgroundColor: "var(--paper)", color: "var(--ink)", border: "1px solid var(--line-strong)" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { backgroundColor: "var(--code-selection)", color: "var(--ink)" },
  ".cm-matchingBracket": { backgroundColor: "var(--code-selection)" },
});

/** Parameters look alike, also those that are called as a keyword is. */
const parameter = new MatchDecorator({
  regexp: /(?<![\w:]):[a-z_]\w*/gi,
  decoration: Decoration.mark({ class: "cm-parameter" }),
});
const parameters = ViewPlugin.define(
  (view) => ({
    decorations: parameter.createDeco(view),
    update(change) {
      this.decorations = parameter.updateDeco(change, this.decorations);
    },
  }),
  { decorations: (plugin) => plugin.decorations },
);

/**
 * Text typed over a selection. Left to the browser, it would put the styles of what it merges into the page, which
 * the policy forbids and reports.
 */
const typedOver = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { from, to, empty } = view.state.selection.main;
    if (event.inputType !== "insertText" || !event.data || empty) return false;
    const insert = () => view.state.update(view.state.replaceSelection(event.data), { userEvent: "input.type" });
    const handlers = view.state.facet(EditorView.inputHandler);
    if (!handlers.some((handle) => handle(view, from, to, event.data, insert))) view.dispatch(insert());
    return true;
  },
});

/** The line that the gate refused, until the text changes. */
const refused = StateField.define({
  create: () => Decoration.none,
  update: (marks, change) => {
    if (change.docChanged) return Decoration.none;
    const line = change.effects.find((effect) => effect.is(refuseLine));
    return line ? Decoration.set([Decoration.line({ class: "cm-refused" }).range(line.value)]) : marks;
  },
  provide: (field) => EditorView.decorations.from(field),
});
const refuseLine = StateEffect.define();

const field = document.querySelector("textarea[data-editor]");
if (field) start(field);

function start(field) {
  const form = field.form;
  const database = form.elements.namedItem("database");
  const language = new Compartment();
  const host = document.createElement("div");
  const shadow = host.attachShadow({ mode: "open" });
  field.after(host);

  const view = new EditorView({
    root: shadow,
    parent: shadow,
    state: EditorState.create({
      doc: field.value,
      extensions: [
        lineNumbers(),
        history(),
        drawSelection(),
        indentOnInput(),
        bracketMatching(),
        closeBrackets(),
        autocompletion({ icons: false }),
        highlightActiveLine(),
        syntaxHighlighting(colours),
        look,
        refused,
        parameters,
        typedOver,
        language.of(sql({ dialect: StandardSQL })),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({
          "aria-label": document.getElementById("sql-label").textContent,
          "aria-description": document.getElementById("sql-hint").textContent,
          spellcheck: "false",
        }),
        keymap.of([
          { key: "Mod-Enter", run: () => (form.querySelector("[data-run]")?.click(), true) },
          ...closeBracketsKeymap,
          ...defaultKeymap,
          ...historyKeymap,
          ...completionKeymap,
          indentWithTab,
        ]),
        EditorView.updateListener.of((update) => {
          if (!update.docChanged) return;
          field.value = update.state.doc.toString();
          document.getElementById("parameters")?.dispatchEvent(new CustomEvent("sqlchange"));
        }),
      ],
    }),
  });

  // Links of the error summary and the label lead to what people see.
  host.id = field.id;
  host.focus = () => view.focus();
  field.id = `${field.id}-source`;
  field.hidden = true;
  document.getElementById("sql-label").addEventListener("click", () => view.focus());
  for (const element of form.querySelectorAll("[data-with-script]")) element.hidden = false;

  markRefused(view, field);
  const learn = () => learnNames(view, language, database.selectedOptions[0]);
  database.addEventListener("change", learn);
  learn();

  form.addEventListener("click", (event) => {
    const insert = event.target.closest("[data-insert]");
    if (insert) {
      view.dispatch(view.state.replaceSelection(insert.dataset.insert), { scrollIntoView: true });
      view.focus();
    }
    if (event.target.closest("[data-format]")) format(view, field, database.selectedOptions[0]);
  });
}

function markRefused(view, field) {
  const number = Number(field.dataset.line);
  if (!(number >= 1 && number <= view.state.doc.lines)) return;
  const line = view.state.doc.line(number);
  const at = Math.min(line.from + Math.max(Number(field.dataset.column) - 1, 0), line.to);
  view.dispatch({ effects: refuseLine.of(line.from), selection: { anchor: at } });
}

/** Completion knows the names of the chosen database: tables alone, and behind their schema. */
async function learnNames(view, language, option) {
  const dialect = DIALECTS[option?.dataset.engine] ?? StandardSQL;
  const set = (schema) => view.dispatch({ effects: language.reconfigure(sql({ dialect, schema })) });
  set({});
  if (!option?.value) return;
  const answer = await fetch(`/databases/${encodeURIComponent(option.value)}/completion`);
  if (!answer.ok) return;
  const { schemas } = await answer.json();
  set(Object.assign({}, ...Object.values(schemas), schemas));
}

/** The formatter is large, so that it is fetched when somebody wants it. */
async function format(view, field, option) {
  const { formatted } = await import(field.dataset.formatter);
  const text = formatted(view.state.doc.toString(), option?.dataset.engine);
  if (text !== null) view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
  view.focus();
}
