-- Co-actions with the half of the data that their object lies in.
SELECT source, target, min_gap, side, CAST(floor(time / {occasion}) AS BIGINT) AS occasion
FROM co_action JOIN side USING (signal, object)
