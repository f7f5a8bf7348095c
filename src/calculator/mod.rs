//! The calculator for testers: answers questions in plain words and numbers by the rules of law, for the operator API, the
//! command line and case files. Every fault names its field.

mod answer;
mod fault;
mod meals;
mod monthly;
mod note;
pub mod read;

pub use answer::{MonthlyAnswer, MonthlyStep};
pub use fault::FieldFault;
pub use meals::{MealsAnswer, MealsQuestion};
pub use monthly::{MOST_LINES, MonthlyLine, MonthlyQuestion, of_line, people_agree};
pub use note::MonthlyNote;
