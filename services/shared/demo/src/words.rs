//! Made-up places and common names, to be combined.

pub(crate) const FEMALE: [&str; 24] = [
    "Agnes", "Aisha", "Beatrice", "Carys", "Chloe", "Daisy", "Eleanor", "Fatima", "Grace", "Harriet", "Isla",
    "Jasmine", "Kirsty", "Lakshmi", "Mabel", "Niamh", "Olwen", "Patience", "Rebecca", "Samina", "Tabitha",
    "Ursula", "Winifred", "Zofia",
];

pub(crate) const MALE: [&str; 24] = [
    "Adrian", "Bilal", "Callum", "Desmond", "Edgar", "Finlay", "Gareth", "Hamish", "Idris", "Jacek", "Kwame",
    "Leonard", "Malcolm", "Nigel", "Oscar", "Percival", "Quentin", "Rohan", "Stanley", "Terence", "Usman",
    "Vikram", "Wilfred", "Yusuf",
];

pub(crate) const FAMILY: [&str; 40] = [
    "Abernathy",
    "Ainsworth",
    "Begum",
    "Birtwistle",
    "Blackwood",
    "Chaudhry",
    "Coppersmith",
    "Dalgleish",
    "Eastwood",
    "Entwistle",
    "Fairweather",
    "Featherstone",
    "Gallagher",
    "Greenhalgh",
    "Hargreaves",
    "Hussain",
    "Ives",
    "Jankowski",
    "Kettering",
    "Lambourne",
    "Mbeki",
    "McAllister",
    "Nightingale",
    "O'Sullivan",
    "Oyelaran",
    "Pemberton",
    "Quayle",
    "Ramsbottom",
    "Sandhu",
    "Sotherby",
    "Tattersall",
    "Thistlewood",
    "Underhill",
    "Venkatesan",
    "Wetherby",
    "Winterbourne",
    "Wrigglesworth",
    "Yarwood",
    "Yeo",
    "Zaman",
];

pub(crate) const STREETS: [&str; 16] = [
    "Alder Close",
    "Bellfounder Street",
    "Cobbler's Row",
    "Drover's Way",
    "Elm Terrace",
    "Ferry Lane",
    "Granary Court",
    "Heron Drive",
    "Ivy Cottages",
    "Kiln Lane",
    "Lavender Road",
    "Maltings Yard",
    "Orchard Rise",
    "Priory Gardens",
    "Sluice Road",
    "Windmill Hill",
];

/// Town and the first half of its postcodes; no real area uses these letters.
pub(crate) const TOWNS: [(&str, &str); 8] = [
    ("Eastmere", "EM1"),
    ("Eastmere", "EM2"),
    ("Fenwick St Mary", "EM5"),
    ("Great Sedgeley", "EM7"),
    ("Harbourne-on-Sea", "EM9"),
    ("Little Sedgeley", "EM7"),
    ("Northbridge", "EM12"),
    ("Withy Drove", "EM14"),
];

pub(crate) const SURGERIES: [&str; 6] = [
    "Market Square Surgery",
    "Mere Road Practice",
    "Northbridge Medical Centre",
    "Riverside Health Centre",
    "Sedgeley Surgery",
    "The Old Brewery Practice",
];
