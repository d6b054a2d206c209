-- Light co-actions with the half of the data that their object lies in. Accounts of a comparison are never
-- suspected: they only say what innocent accounts do.
SELECT source, target, min_gap, side, CAST(floor(time / {occasion}) AS BIGINT) AS occasion
FROM meeting JOIN side USING (signal, object)
WHERE source NOT IN (SELECT account FROM comparison)
    AND target NOT IN (SELECT account FROM comparison)
