import { render } from "preact";
import { App } from "./app";
import { followLinks } from "./lib/url";
import "./style/base.css";
import "./style/parts.css";
import "./style/desk.css";

followLinks();
render(<App />, document.getElementById("app")!);
