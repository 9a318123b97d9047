// Texts of one's own account, English.

import type { accountZh } from "./account-zh";

export const accountEn: typeof accountZh = {
  signOut: "Sign out",
  stillIn: "Signing out did not work: you are still signed in. Do not leave this computer yet.",
  unit: "Unit",
  roles: "Roles",
  menu: "Account",
  password: "Change password",
  why: "Only you should know your password: what is viewed with your account stands under your name. After the change you are signed out everywhere; sign in with the new password.",
  old: "Present password",
  fresh: "New password",
  again: "New password again",
  least: "10 characters at least",
  differ: "The two new passwords are not the same.",
  change: "Change",
};
