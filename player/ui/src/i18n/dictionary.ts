// Which dictionary belongs to which language.

import type { Language } from "../time/format";
import { en } from "./en";
import { zh, type Dictionary } from "./zh";

export const dictionaries: Record<Language, Dictionary> = { zh, en };
