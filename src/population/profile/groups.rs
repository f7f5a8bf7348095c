//! The groups of shares that a profile holds, and the names of their entries.

/// A group of shares. Its entries are whole weights; a share is a weight divided by the sum of its group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Group {
    /// Its name in the file.
    pub name: &'static str,
    /// The names of its entries, in the order in which code counts them.
    pub entries: &'static [&'static str],
}

const YES_NO: &[&str] = &["yes", "no"];
const AGES: &[&str] =
    &["18", "20", "25", "30", "35", "40", "45", "50", "55", "60", "65", "70", "75", "80", "85", "90", "95"];
const SCHEMES: &[&str] = &[
    "kyokai",
    "society",
    "mutual",
    "national_health",
    "national_health_society",
    "seamen",
    "self_defence",
    "special_retired",
];
const BANDS_UNDER_70: &[&str] = &["a", "i", "u", "e", "o"];
const BANDS_70_TO_74: &[&str] = &["active_3", "active_2", "active_1", "general", "low_2", "low_1"];
const BANDS_LATE: &[&str] = &["active_3", "active_2", "active_1", "general_2", "general_1", "low_2", "low_1"];
/// Days from an event to its registration, each through the day before the next; the last through 45.
pub(in crate::population) const LAG_DAYS: &[&str] = &["0", "1", "2", "3", "5", "7", "10", "14", "21", "30"];
const TARGET_SCHEMES: &[&str] =
    &["kyokai", "society", "mutual", "national_health", "national_health_society", "late_elderly", "medical_aid"];
const TARGET_AGES: &[&str] = &["0", "15", "65", "75"];
const TARGET_RATIOS: &[&str] = &["1", "2", "3"];
const TARGET_OTHERS: &[&str] = &["card", "category", "phone", "lag"];
const DISEASES: &[&str] = &["none", "dialysis", "haemophilia", "hiv"];

/// Makes the constants of groups and the list of all.
macro_rules! groups {
    ($($(#[$doc:meta])* $constant:ident = $name:literal, $entries:expr;)*) => {
        impl Group {
            $($(#[$doc])* pub const $constant: Self = Self { name: $name, entries: $entries };)*

            /// Every group.
            pub const ALL: &'static [Self] = &[$(Self::$constant),*];
        }
    };
}

groups! {
    /// Kinds of households.
    HOUSEHOLD = "household", &["single_young", "single_middle", "single_old", "couple_young", "couple_old",
        "parents_and_children", "one_parent", "three_generations"];
    /// The age of the first member, by kind of household.
    AGE_SINGLE_YOUNG = "age_single_young", AGES;
    /// See above.
    AGE_SINGLE_MIDDLE = "age_single_middle", AGES;
    /// See above.
    AGE_SINGLE_OLD = "age_single_old", AGES;
    /// See above.
    AGE_COUPLE_YOUNG = "age_couple_young", AGES;
    /// See above.
    AGE_COUPLE_OLD = "age_couple_old", AGES;
    /// See above.
    AGE_PARENTS_AND_CHILDREN = "age_parents_and_children", AGES;
    /// See above.
    AGE_ONE_PARENT = "age_one_parent", AGES;
    /// The age of the middle generation.
    AGE_THREE_GENERATIONS = "age_three_generations", AGES;
    /// Sex of the first member of a household of one.
    SEX_SINGLE_YOUNG = "sex_single_young", &["male", "female"];
    /// See above.
    SEX_SINGLE_OLD = "sex_single_old", &["male", "female"];
    /// Sex of one parent.
    SEX_ONE_PARENT = "sex_one_parent", &["male", "female"];
    /// Sex of a child.
    SEX_CHILD = "sex_child", &["male", "female"];
    /// Number of children in a household that has some.
    CHILDREN = "children", &["1", "2", "3", "4"];
    /// Whether a late parent of an old household is still registered, with the date of death.
    DECEASED = "deceased_partner", YES_NO;
    /// The scheme of an adult who has one of their own, by age.
    SCHEME_18 = "scheme_18_to_24", SCHEMES;
    /// See above.
    SCHEME_25 = "scheme_25_to_34", SCHEMES;
    /// See above.
    SCHEME_35 = "scheme_35_to_59", SCHEMES;
    /// See above.
    SCHEME_60 = "scheme_60_to_64", SCHEMES;
    /// See above.
    SCHEME_65 = "scheme_65_to_69", SCHEMES;
    /// See above.
    SCHEME_70 = "scheme_70_to_74", SCHEMES;
    /// The association of an adult in a mutual-aid scheme.
    MUTUAL = "mutual_aid", &["national", "local", "police", "public_school", "private_school"];
    /// Whether the partner of an employee is a dependant (or is employed or in national health insurance by age).
    DEPENDANT_PARTNER_YOUNG = "dependant_partner_under_60", YES_NO;
    /// See above.
    DEPENDANT_PARTNER_OLD = "dependant_partner_60_and_over", YES_NO;
    /// Whether an adult child at home is a dependant or in the same scheme as the parents.
    DEPENDANT_CHILD = "dependant_adult_child", YES_NO;
    /// Whether a household is on public assistance, by kind of household.
    WELFARE_SINGLE_OLD = "welfare_single_old", YES_NO;
    /// See above.
    WELFARE_SINGLE_YOUNG = "welfare_single_under_65", YES_NO;
    /// See above.
    WELFARE_ONE_PARENT = "welfare_one_parent", YES_NO;
    /// See above.
    WELFARE_OTHER = "welfare_other", YES_NO;
    /// Whether an employee changes the employer within a year, by age.
    JOB_CHANGE_YOUNG = "job_change_a_year_under_35", YES_NO;
    /// See above.
    JOB_CHANGE_OLD = "job_change_a_year_from_35", YES_NO;
    /// What lies between two jobs.
    BETWEEN_JOBS = "between_jobs", &["nothing", "national_health", "voluntary_continuation"];
    /// The day of the month on which work begins.
    HIRED = "hired_on", &["april_first", "month_first", "any_day"];
    /// Whether a household moves within a year.
    MOVE = "move_a_year", YES_NO;
    /// Whether a household that moves may come into any prefecture, or stays in its own.
    MOVE_FAR = "move_to_any_prefecture", YES_NO;
    /// Whether a couple of under 45 married within the last ten years.
    MARRIED = "married_within_ten_years", YES_NO;
    /// The one whose surname changes with marriage.
    SURNAME = "surname_changes", &["wife", "husband"];
    /// The category under 70, by scheme.
    UNDER_70_KYOKAI = "category_under_70_kyokai", BANDS_UNDER_70;
    /// See above; societies and mutual aids.
    UNDER_70_SOCIETY = "category_under_70_society", BANDS_UNDER_70;
    /// See above.
    UNDER_70_NATIONAL_HEALTH = "category_under_70_national_health", BANDS_UNDER_70;
    /// The category of 70 to 74.
    FROM_70 = "category_70_to_74", BANDS_70_TO_74;
    /// The category of 後期高齢者医療.
    LATE = "category_late_elderly", BANDS_LATE;
    /// Whether the income of a household changes the category on 1 August.
    INCOME_CHANGE = "income_changes_a_year", YES_NO;
    /// Whether an income is judged anew within the year from August.
    INCOME_JUDGED = "income_judged_anew_a_year", YES_NO;
    /// Whether an insurer has registered the category, by scheme.
    REGISTERED_EMPLOYEES = "category_registered_employees", YES_NO;
    /// See above.
    REGISTERED_NATIONAL_HEALTH = "category_registered_national_health", YES_NO;
    /// See above.
    REGISTERED_LATE = "category_registered_late_elderly", YES_NO;
    /// 長期入院該当 among people with 低所得Ⅱ or オ.
    LONG_STAY = "long_stay", YES_NO;
    /// 特定疾病, by age.
    DISEASE_0 = "disease_under_40", DISEASES;
    /// See above.
    DISEASE_40 = "disease_40_to_64", DISEASES;
    /// See above.
    DISEASE_65 = "disease_65_to_74", DISEASES;
    /// See above.
    DISEASE_75 = "disease_75_and_over", DISEASES;
    /// Whether a person has マイナンバーカード, by age.
    CARD_0 = "card_under_15", YES_NO;
    /// See above.
    CARD_15 = "card_15_to_64", YES_NO;
    /// See above.
    CARD_65 = "card_65_and_over", YES_NO;
    /// The state of the newest certificate of a card.
    CARD_STATE = "card_state", &["good", "expired", "lost", "key_compromise", "ceased"];
    /// Whether a card replaced an earlier one.
    CARD_RENEWED = "card_renewed", YES_NO;
    /// The phone with a certificate beside the card.
    PHONE = "phone", &["none", "android", "ios"];
    /// Measures of protection.
    PROTECTION = "protection", &["none", "address_withheld", "self_information_blocked"];
    /// Whether a household is of foreign residents.
    FOREIGN = "foreign", YES_NO;
    /// Whether a foreign resident has 通称.
    ALIAS = "foreign_alias", YES_NO;
    /// Whether an insurer could not write one character of the name, and wrote ●.
    BLACK_DOT = "black_dot", YES_NO;
    /// 医療券 of the month of a person on public assistance.
    TICKET = "ticket", &["none", "outpatient", "outpatient_and_dispensing", "inpatient", "dental"];
    /// Whether a household is a named situation.
    SITUATION = "situation", YES_NO;
    /// Whether a woman of 20 to 29 who lives with a man gives birth within a year.
    BIRTH_20 = "birth_a_year_20_to_29", YES_NO;
    /// See above; 30 to 41.
    BIRTH_30 = "birth_a_year_30_to_41", YES_NO;
    /// Whether a person dies within a year, by age.
    DEATH_0 = "death_a_year_under_50", YES_NO;
    /// See above.
    DEATH_50 = "death_a_year_50_to_64", YES_NO;
    /// See above.
    DEATH_65 = "death_a_year_65_to_74", YES_NO;
    /// See above.
    DEATH_75 = "death_a_year_75_to_84", YES_NO;
    /// See above.
    DEATH_85 = "death_a_year_85_and_over", YES_NO;
    /// Whether an unmarried person of 20 to 44 marries within a year, if there is somebody to marry.
    MARRIAGE = "marriage_a_year", YES_NO;
    /// Whether somebody in national health insurance finds employment within a year, by age.
    EMPLOYED_YOUNG = "employed_a_year_under_35", YES_NO;
    /// See above; through 59.
    EMPLOYED_OLD = "employed_a_year_35_to_59", YES_NO;
    /// Whether a card is lost within a year.
    CARD_LOST = "card_lost_a_year", YES_NO;
    /// Whether somebody without a card gets one within a year.
    CARD_NEW = "card_new_a_year", YES_NO;
    /// Whether certificates that end are renewed.
    CARD_KEPT = "certificates_renewed", YES_NO;
    /// Days from an event to its registration, by scheme.
    LAG_KYOKAI = "lag_kyokai", LAG_DAYS;
    /// See above.
    LAG_SOCIETY = "lag_society", LAG_DAYS;
    /// See above.
    LAG_MUTUAL = "lag_mutual", LAG_DAYS;
    /// See above.
    LAG_NATIONAL_HEALTH = "lag_national_health", LAG_DAYS;
    /// See above.
    LAG_NATIONAL_HEALTH_SOCIETY = "lag_national_health_society", LAG_DAYS;
    /// See above.
    LAG_LATE = "lag_late_elderly", LAG_DAYS;
    /// See above.
    LAG_AID = "lag_medical_aid", LAG_DAYS;
    /// The members of the schemes that a population should have, of 1,000 people.
    TARGET_SCHEMES = "target_schemes", TARGET_SCHEMES;
    /// How far they may be off, of 1,000 people.
    TOLERANCE_SCHEMES = "tolerance_schemes", TARGET_SCHEMES;
    /// The ages that a population should have, of 1,000 people.
    TARGET_AGES = "target_ages", TARGET_AGES;
    /// How far they may be off, of 1,000 people.
    TOLERANCE_AGES = "tolerance_ages", TARGET_AGES;
    /// How far ratios may be off what the categories say, of 1,000 people of the scheme.
    TOLERANCE_RATIOS = "tolerance_ratios", TARGET_RATIOS;
    /// Whether people have cards, of all ages.
    TARGET_CARDS = "target_cards", YES_NO;
    /// How far other shares may be off, of 1,000.
    TOLERANCE_OTHERS = "tolerance_others", TARGET_OTHERS;
}
