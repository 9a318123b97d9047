// Texts of one's own account, Chinese.

export const accountZh = {
  signOut: "退出登录",
  stillIn: "未能退出：您的登录仍然有效，请勿离开本机。",
  unit: "单位",
  roles: "角色",
  menu: "账号",
  password: "修改密码",
  why: "只有您本人应当知道密码：以您的账号所做的调阅都会记在您的名下。修改后，本账号在各处的登录都会失效，请用新密码重新登录。",
  old: "现在的密码",
  fresh: "新密码",
  again: "再输一次新密码",
  least: "至少 10 个字符",
  differ: "两次输入的新密码不一致。",
  change: "修改",
};
