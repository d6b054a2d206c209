// Who acts, and in which role.

import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Shapes } from "../api/client";

export type Session = Shapes["SessionView"];
export type Role = "viewer" | "analyst" | "approver" | "admin";

const RANK: Role[] = ["viewer", "analyst", "approver", "admin"];

export const SessionContext = createContext<{ session: Session; renew: () => void }>({
  session: { who: null, role: null, csrf: "", open: true, version: "" },
  renew: () => undefined,
});

export function useSession(): { session: Session; renew: () => void; may: (role: Role) => boolean } {
  const { session, renew } = useContext(SessionContext);
  const may = (role: Role): boolean =>
    session.role != null && RANK.indexOf(session.role as Role) >= RANK.indexOf(role);
  return { session, renew, may };
}

/** Whether two names are one person's, however they are written. */
export const same = (one: string | null | undefined, other: string | null | undefined): boolean =>
  (one ?? "").split(/\s+/).join(" ").trim().toLowerCase() ===
  (other ?? "").split(/\s+/).join(" ").trim().toLowerCase();
