// Sentences of the server about the item list, and their Chinese forms. Part of server-rules.ts.

export const itemRules: readonly (readonly [RegExp, string])[] = [
  [/^This is the latest list as it is: nothing is changed\.$/, "与最新的清单完全相同，没有修改。"],
  [/^A list of the version (\S+) is proposed already\.$/, "版本 $1 的清单已在提案中。"],
  [/^The version (\S+) was used already\.$/, "版本号 $1 已经用过。"],
  [/^Give the list a new `version`\.$/, "请改用新的版本号。"],
  [/^A list cannot come into force in the past\.$/, "生效时间不能早于现在。"],
  [/^There is no such proposal\.$/, "没有这份提案。"],
  [/^This proposal was decided already\.$/, "这份提案已经决定过了。"],
  [/^Who proposed a list cannot approve it: it takes a second person\.$/, "提出清单的人不能自己批准，须由另一人批准。"],
  [/^Another list was adopted since this was proposed\.$/, "提出之后另有清单生效。"],
  [/^Have it proposed again, on top of that one\.$/, "请在新清单上重新提出。"],
  [/^No item list is in force yet\.$/, "还没有生效的清单。"],
  [/^This is no valid TOML: (.+)\.$/, "不是有效的 TOML 文本（$1）。"],
  [/^The list has an item '(.+)' already\.$/, "清单中已有代码为“$1”的事项。"],
  [/^The list's items are no tables\.$/, "清单中的事项格式不对。"],
  [/^The list has no item '(.+)'\.$/, "清单中没有事项“$1”。"],
];
