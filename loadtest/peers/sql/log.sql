insert into peer.answer (institution, person_id, validity) values ($1, $2, $3)
