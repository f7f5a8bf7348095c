//! The tests of the load tester: the program against the real server, over real mutual TLS and a real PostgreSQL.

mod support;

mod accounts;
mod bad_input;
mod compare;
mod connections;
mod documents;
mod first_run;
mod knee;
mod merge;
mod plans;
mod population;
mod report;
mod rounds;
mod stall;
mod stopped;
mod wrong_answers;
