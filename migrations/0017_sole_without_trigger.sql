-- Lets the statement that writes a coverage tell whether it is the person's only one; that statement knows all coverages of the person.
-- contract: the program of the release before does not need the trigger. It deletes all coverages of a person before it inserts the new
-- ones, so that no row goes on saying that it is the only one. What it inserts says "not known", which is answered rightly with one
-- statement more, until the next load by this program.

drop trigger coverage_is_sole on coverage;
drop function coverage_is_sole();
