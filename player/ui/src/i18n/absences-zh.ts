// Chinese texts of missing footage. Part of zh.ts.

export const absencesZh = {
  tabs: "问题类别",
  tabCases: "案件问题",
  tabMissing: "缺失线索",
  title: "缺失线索",
  count: (n: number) => `${n} 条`,
  some: (shown: number, total: number) => `显示最近 ${shown} 条，共 ${total} 条`,
  state: "状态",
  states: { open: "未说明", waiting: "待审批", rejected: "说明被退回", answered: "已说明并批准" } as Record<string, string>,
  all: "全部",
  empty: "没有缺失线索",
  emptyWhy: "您能看到的设备，文件序号连续、已出现的文件都已入库、录像都正常结束并按时交存。",
  kinds: {
    "number-hole": "序号缺失",
    "file-missed": "文件消失",
    "cut-off": "非正常结束",
    "late-hand-in": "逾期交存",
  } as Record<string, string>,
  device: (name: string) => `设备 ${name}`,
  noDevice: "设备不明",
  officer: (name: string) => `人员 ${name}`,
  known: (at: string) => `${at} 发现`,
  trouble: (why: string) => `当时未能采集：${why}`,
  see: "查看录像",
  explainWhy: "说明由另一人批准或退回，与线索一起保存，不能删除。文件补交入库后，线索自动消失。",
};
