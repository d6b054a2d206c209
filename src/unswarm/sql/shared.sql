-- Pairs that wrote the same within a day, object by object; accounts of a comparison left out.
SELECT source, target, object, time FROM co_action
WHERE source NOT IN (SELECT account FROM comparison)
    AND target NOT IN (SELECT account FROM comparison)
ORDER BY source, target, object
