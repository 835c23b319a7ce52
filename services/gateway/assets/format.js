// Lays out SQL; fetched by the editor when somebody asks for it.
import { formatDialect, mysql, postgresql, sql, transactsql } from "sql-formatter";

const DIALECTS = { postgresql, mysql, sqlserver: transactsql };

/** The text laid out anew, or null where it cannot be read. */
export function formatted(text, engine) {
  const paramTypes = { named: [":"] };
  try {
    return formatDialect(text, { dialect: DIALECTS[engine] ?? sql, paramTypes, keywordCase: "upper", tabWidth: 4 });
  } catch {
    return null;
  }
}
