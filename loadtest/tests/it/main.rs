//! The tests of the load tester: the program against the real server, over real mutual TLS and a real PostgreSQL.

mod support;

mod accounts;
mod bad_input;
mod by_card;
mod clinics;
mod compare;
mod connections;
mod documents;
mod files;
mod first_run;
mod knee;
mod merge;
mod plans;
mod population;
mod registrations;
mod report;
mod rounds;
mod stall;
mod stopped;
mod wrong_answers;
