// The wall of profile photos, blurred until somebody wants to see them.

import { useState } from "preact/hooks";
import { api, given, type Shapes } from "../../api/client";
import { count } from "../../lib/format";
import { useLoaded } from "../../lib/use";
import { toAccount } from "../../lib/url";
import { Empty, Wait } from "../../parts/basics";
import type { Part } from ".";

export const photoAt = (name: string, photo: string): string =>
  `/api/cases/${encodeURIComponent(name)}/photos/${encodeURIComponent(photo)}`;

export const useBlur = (): [boolean, (on: boolean) => void] => {
  const [blur, set] = useState(localStorage.getItem("blur") !== "off");
  return [blur, (on) => (localStorage.setItem("blur", on ? "on" : "off"), set(on))];
};

export function Photos({ name, network }: Part) {
  const [blur, setBlur] = useBlur();
  const [eyes, setEyes] = useState(false);
  const found = useLoaded(() => given(api.GET("/api/cases/{case}/networks/{network}/photos", { params: { path: { case: name, network: network.network! } } })), [network.network]);
  const claims = network.evidence.filter((row) => row.family === "photos");
  return (
    <Wait on={found}>
      {(wall) => !wall ? <Empty title="No photos"><p>The case holds no profile photos of these accounts.</p></Empty> : (
        <div class="twin">
          <div class="stack">
            <section class="card stack">
              <h2>What the group’s photos show</h2>
              {claims.map((row) => <p key={row.place}>{row.claim}</p>)}
              <p class="note">Generators put the eyes of every face on the same spot. A group is tested, never one photo.</p>
            </section>
            <section class="card stack">
              <h2>All faces laid over each other</h2>
              {wall.composite ? (
                <>
                  <img class="composite" src={wall.composite} alt={`Mean of ${count(wall.averaged)} profile photos with one face`} />
                  <p class="note">Mean of {count(wall.averaged)} different photos. Sharp eyes in a blurred face mean that they stand on one spot.</p>
                </>
              ) : <p class="note">{count(wall.faces)} photos with one face are too few for a mean.</p>}
            </section>
          </div>
          <section class="stack">
            <div class="row">
              <label class="check"><input type="checkbox" checked={blur} onChange={(event) => setBlur(event.currentTarget.checked)} /> Blur the photos</label>
              <label class="check"><input type="checkbox" checked={eyes} onChange={(event) => setEyes(event.currentTarget.checked)} /> Show where the eyes are</label>
              <span class="note">{count(Math.min(wall.photos.length, wall.total))} of {count(wall.total)}; the same pictures stand together</span>
            </div>
            <div class="wall">
              {wall.photos.map((each) => <One key={each.account + each.photo} name={name} photo={each} blur={blur} eyes={eyes} template={wall.template} />)}
            </div>
          </section>
        </div>
      )}
    </Wait>
  );
}

interface OneProps {
  name: string;
  photo: Shapes["WallPhoto"];
  blur: boolean;
  eyes: boolean;
  template: number[];
}

function One({ name, photo, blur, eyes, template }: OneProps) {
  const [seen, setSeen] = useState(false);
  const hidden = blur && !seen;
  const called = photo.handle ?? photo.account;
  return (
    <figure>
      <button class={`photo ${hidden ? "blurred" : ""}`} aria-label={`Photo of ${called}: ${photo.result ?? ""}. ${hidden ? "Show it" : "Hide it"}`} onClick={() => setSeen(!seen)}>
        {photo.kept ? <img src={photoAt(name, photo.photo)} alt="" loading="lazy" /> : <small>{photo.reason ?? photo.result}</small>}
        {eyes && photo.left_x != null && (
          <svg class="eyes" viewBox="0 0 1 1" aria-hidden="true">
            {[[template[0], template[1]], [template[2], template[3]]].map(([x, y], place) => <circle key={place} cx={x} cy={y} r={0.035} fill="none" stroke="#ffd166" stroke-width={0.015} />)}
            <circle cx={photo.left_x} cy={photo.left_y!} r={0.02} fill="#ff5a5a" />
            <circle cx={photo.right_x!} cy={photo.right_y!} r={0.02} fill="#ff5a5a" />
          </svg>
        )}
      </button>
      <figcaption><a href={toAccount(name, photo.account)}><bdi>{called}</bdi></a><br />{photo.result}</figcaption>
    </figure>
  );
}
