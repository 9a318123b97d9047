import { describe, expect, it } from "vitest";
import { en } from "../src/i18n/en";
import { serverText } from "../src/i18n/server-texts";
import { zh } from "../src/i18n/zh";

type Tree = { [key: string]: unknown };

/** "docks.states.safe": function of one argument …, as "path type". */
function shape(tree: Tree, path = ""): string[] {
  return Object.entries(tree).flatMap(([key, value]) => {
    const here = path ? `${path}.${key}` : key;
    if (Array.isArray(value)) return [`${here} list of ${value.length}`];
    if (typeof value === "object" && value !== null) return shape(value as Tree, here);
    return [`${here} ${typeof value}${typeof value === "function" ? value.length : ""}`];
  });
}

function texts(tree: Tree): string[] {
  return Object.values(tree).flatMap((value) => {
    if (typeof value === "string") return [value];
    if (typeof value === "object" && value !== null) return texts(value as Tree);
    return [];
  });
}

describe("the dictionaries", () => {
  it("have the same keys, also where keys come from the server", () => {
    expect(shape(en).sort()).toEqual(shape(zh).sort());
  });

  it("hold no empty text", () => {
    expect([...texts(zh), ...texts(en)].filter((text) => !text.trim())).toEqual([]);
  });

  it("are in their languages", () => {
    expect(texts(en).filter((text) => /[\u4e00-\u9fff]/.test(text))).toEqual([]);
    const latin = texts(zh).filter((text) => /[a-z]{3,}/i.test(text) && !/[\u4e00-\u9fff]/.test(text));
    expect(latin.filter((text) => !["Home End"].includes(text))).toEqual([]);
  });
});

describe("sentences of the server", () => {
  it.each([
    ["The recording was cut off before its index (moov) was written.", "录制中途断电或中断，索引（moov）没有写完。"],
    ["The file was cut off: 12 of its frames are missing at the end.", "文件被截断：末尾缺少 12 帧。"],
    ["Browsers do not play hevc video.", "浏览器不支持 hevc 视频。"],
    ["The audio track is there but empty.", "有音频轨道，但没有内容。"],
    ["DCIM/a b.mp4 is a symbolic link.", "DCIM/a b.mp4 是符号链接，不予采集。"],
    ["You may not view this: No rule permits this.", "不能调阅：没有规则允许此操作。"],
    ["a.mp4 (and 3 more) was not taken in: nested deeper than 32 folders.", "a.mp4（及另外 3 个文件）未能采集：目录层级超过 32 层。"],
    ["The frame rate varies. There is no sound track.", "帧率不固定。没有声音轨道。"],
    [
      "This sitting must be recorded, and not every required channel is ready. 正面: The channel is down; 全景: not ready.",
      "该场次应当全程录音录像，但有必录通道未就绪。正面：通道已断开；全景：未就绪。",
    ],
    ["The picture is black (luma 16).", "画面全黑（亮度 16）。"],
    ["The case cannot be closed: 3 findings are open.", "还有 3 个问题没有解决。"],
    ["The case is closed. Reopen it first.", "案件已办结。请先重新打开。"],
    [
      "This asks for less than before: the item list lets supervisor, legal do it.",
      "此修改降低了录像要求；按事项清单须由 带班领导、法制机构 修改。",
    ],
    ["The bay's folder could not be read: Input/output error.", "采集口目录 无法读取：读写错误（介质可能损坏）。"],
  ])("%s", (said, chinese) => {
    expect(serverText(said, "zh")).toBe(chinese);
    expect(serverText(said, "en")).toBe(said);
  });

  it("are shown as they came when unknown", () => {
    expect(serverText("Something nobody foresaw.", "zh")).toBe("Something nobody foresaw.");
    expect(serverText("", "zh")).toBe("");
    expect(serverText("The frame rate varies. Something new.", "zh")).toBe("帧率不固定。Something new.");
  });
});
