// One network from every side.

import { useState } from "preact/hooks";
import { api, given, type Shapes } from "../../api/client";
import { chance, count, figure, share, span } from "../../lib/format";
import { useSession } from "../../lib/session";
import { useLoaded } from "../../lib/use";
import { path, toNetwork, usePlace } from "../../lib/url";
import { Badge, Figure, Tabs, Wait } from "../../parts/basics";
import { Decide } from "../../parts/decide";
import { labelTone, verdictTone } from "../networks";
import { Members } from "./members";
import { Linked } from "./linked";
import { Money } from "./money";
import { Photos } from "./photos";
import { Sites } from "./sites";
import { TimesTab } from "./times";
import { Who } from "./who";
import { Why } from "./why";

export type Network = Shapes["Network"];
export interface Part {
  name: string;
  network: Network;
}

export function NetworkPage({ name, network }: { name: string; network: string }) {
  const params = { path: { case: name, network } };
  const found = useLoaded(() => given(api.GET("/api/cases/{case}/networks/{network}", { params })), [name, network]);
  return <Wait on={found}>{(data) => <Sides name={name} network={data} again={found.again} />}</Wait>;
}

function Sides({ name, network, again }: Part & { again: () => void }) {
  const { query } = usePlace();
  const { may } = useSession();
  const [deciding, setDeciding] = useState(false);
  const at = query.get("tab") ?? "why";
  const id = network.network!;
  const record = useLoaded(() => given(api.GET("/api/cases/{case}/record", { params: { path: { case: name } } })), [name, network.decision]);
  const tabs = [
    { id: "why", name: "Why" },
    { id: "who", name: "Who with whom" },
    { id: "times", name: "When" },
    { id: "members", name: "Members", number: network.accounts ?? 0 },
    ...(network.linked || network.counterparts ? [{ id: "linked", name: "Tied to it", number: network.linked }] : []),
    ...(network.objects_of.length ? [{ id: "sites", name: "Sites and objects" }] : []),
    ...(network.has_photos ? [{ id: "photos", name: "Photos" }] : []),
    { id: "money", name: "Money and audience" },
  ];
  return (
    <div class="stack">
      <header class="hero">
        <div class="row apart">
          <h1>{id} <Badge tone={labelTone(network)}>{network.label || "lead"}</Badge></h1>
          <div class="row">
            {network.verdict ? (
              <a href={path("c", name, "decisions")}><Badge tone={verdictTone(network.verdict)}>{network.decision}: {network.verdict}{network.approved ? ", approved" : ""}</Badge></a>
            ) : <small>no decision yet</small>}
            {network.stale && <Badge tone="ochre">its members changed since</Badge>}
            {may("analyst") && <button class="main" onClick={() => setDeciding(true)}>Decide …</button>}
          </div>
        </div>
        <p class="says">{network.tier === "lead" ? `A lead, no finding: ${network.reason}. Nobody is accused here.` : network.label_says}</p>
        {network.tier === "confirmed" && network.strength_says && <p class="note">{network.strength_says}</p>}
        <dl class="figures">
          <Figure name="accounts" note={network.named < (network.accounts ?? 0) ? `${count(network.named)} may be named` : undefined}>{count(network.accounts)}</Figure>
          <Figure name="acted together" note={`of ${count(network.occasions)} occasions`}>{count(network.together)}</Figure>
          <Figure name="innocently explained">{figure(network.expected)}</Figure>
          <Figure name="p, all tests counted">{chance(network.p)}</Figure>
          <Figure name="objects" note={network.exclusive == null ? undefined : `${share(network.exclusive)} nobody else’s`}>{count(network.objects)}</Figure>
          <Figure name="days" note={span(network.first, network.last)}>{count(network.days)}</Figure>
          {network.stability != null && <Figure name="stands in" note="of the settings tried">{share(network.stability)}</Figure>}
        </dl>
        {network.kinds.length > 0 && (
          <p class="row">{network.kinds.map((each) => <Badge key={each.platform + each.kind}>{count(each.accounts)} {each.kind}{each.platform && ` on ${each.platform}`}</Badge>)}</p>
        )}
      </header>
      <Tabs tabs={tabs} at={at} to={(tab) => toNetwork(name, id, tab === "why" ? "" : tab)} label={`Sides of ${id}`} />
      {at === "why" && <Why name={name} network={network} record={record} />}
      {at === "who" && <Who name={name} network={network} decide={() => setDeciding(true)} />}
      {at === "times" && <TimesTab name={name} network={network} />}
      {at === "members" && <Members name={name} network={network} />}
      {at === "linked" && <Linked name={name} network={network} />}
      {at === "sites" && <Sites name={name} network={network} />}
      {at === "photos" && <Photos name={name} network={network} />}
      {at === "money" && <Money name={name} network={network} />}
      {deciding && (
        <Decide name={name} subject={id} citable={network.citable} grounds={record.data?.grounds ?? []} close={() => setDeciding(false)} done={again} />
      )}
    </div>
  );
}

