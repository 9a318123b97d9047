import { render } from "preact";
import { App } from "./app";
import { applyTheme, storedTheme } from "./state/preferences";
import "./style/tokens.css";
import "./style/base.css";
import "./style/shell.css";
import "./style/docks.css";
import "./style/tables.css";
import "./style/cases.css";
import "./style/findings.css";
import "./style/findings.css";
import "./style/retention.css";
import "./style/recording.css";
import "./style/live.css";
import "./style/rooms.css";

applyTheme(storedTheme());
const root = document.getElementById("app");
if (root) render(<App />, root);
