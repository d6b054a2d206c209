-- Co-actions → totals of each pair of accounts in each signal; and how many traces of each side
-- have one of the other within the window.
WITH sides AS (
    SELECT s.signal AS signal, s.source AS source, s.target AS target, s.object AS object,
        count(DISTINCT s.place) AS source_actions, count(DISTINCT n.place) AS target_actions
    FROM sources s
    JOIN numbered n ON n.signal = s.signal AND n.object = s.object AND n.account = s.target
    WHERE abs(n.time - s.time) <= {window}
    GROUP BY s.signal, s.source, s.target, s.object
)
SELECT signal, source, target, count(*) AS objects,
    CAST(sum(actions) AS BIGINT) AS actions, min(min_gap) AS min_gap,
    CAST(sum(sum_gap) AS BIGINT) AS sum_gap,
    CAST(sum(source_actions) AS BIGINT) AS source_actions,
    CAST(sum(target_actions) AS BIGINT) AS target_actions
FROM co_action JOIN sides USING (signal, source, target, object)
GROUP BY signal, source, target
ORDER BY signal, source, target
