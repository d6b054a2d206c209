-- Pairs that met within the window on enough occasions, on the objects of one half.
SELECT source, target, count(DISTINCT occasion) AS occasions
FROM sided WHERE side = {half} AND min_gap <= {window}
GROUP BY source, target HAVING count(DISTINCT occasion) >= {minimum}
ORDER BY source, target
