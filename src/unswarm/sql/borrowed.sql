-- Texts that several accounts posted with one and the same link: its headline, or a share button.
SELECT t.object AS object
FROM written t JOIN link l ON t.post = l.post
WHERE t.signal = '{signal}' GROUP BY t.object, l.url HAVING count(DISTINCT t.account) > 1
