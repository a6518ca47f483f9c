//! What pages are called, in English and in Dutch. One place to mend when they are called otherwise.

pub(crate) type Heading = (&'static str, &'static str);

pub(crate) const SIGN_IN: Heading = ("Sign in", "Inloggen");
pub(crate) const SECOND_STEP: Heading = ("One more step", "Nog één stap");
pub(crate) const SIGNED_IN: Heading = ("Signing in works", "Het inloggen werkt");
pub(crate) const FORGOT: Heading = ("Forgot your password?", "Wachtwoord vergeten?");
pub(crate) const MAGIC: Heading = ("Sign in without a password", "Inloggen zonder wachtwoord");
pub(crate) const ASKED: Heading = ("Look in your mailbox", "Kijk in je mailbox");
pub(crate) const CHOOSE: Heading = ("Choose a new password", "Kies een nieuw wachtwoord");
pub(crate) const FIRST: Heading = ("Choose your password", "Kies je wachtwoord");
pub(crate) const CHANGED: Heading =
    ("Your password has been changed", "Je wachtwoord is gewijzigd");
pub(crate) const MAGIC_LINK: Heading = ("Sign in with this link", "Log in met deze link");
pub(crate) const RECOVER: Heading = ("Get back into your account", "Weer in je account komen");
pub(crate) const METHOD: Heading = ("How do you want to go on?", "Hoe wil je verder?");
pub(crate) const CODE: Heading = ("Type the code", "Typ de code");
pub(crate) const UNLOCK: Heading = ("Unlock your account", "Ontgrendel je account");
pub(crate) const UNLOCKED: Heading = ("Your account is unlocked", "Je account is ontgrendeld");
pub(crate) const NOT_ME: Heading = ("Was this not you?", "Was jij dit niet?");
pub(crate) const WITHDRAWN: Heading = ("The link has stopped working", "De link werkt niet meer");
pub(crate) const REPORTED: Heading = ("Thank you for telling us", "Dank je voor het melden");

pub(crate) const LOCKED: Heading = ("This account is locked", "Dit account is vergrendeld");
pub(crate) const LINK_USED: Heading = ("The link has been used", "De link is al gebruikt");
pub(crate) const LINK_WITHDRAWN: Heading = ("The link was withdrawn", "De link is ingetrokken");
pub(crate) const GRANT_USED: Heading =
    ("This step has been completed already", "Deze stap is al voltooid");
pub(crate) const SIGN_IN_OVER: Heading =
    ("This sign-in has ended", "Deze inlogpoging is afgelopen");
pub(crate) const FOREIGN: Heading =
    ("This was not sent from our own page", "Dit kwam niet van onze eigen pagina");
pub(crate) const UNREADABLE: Heading =
    ("This did not come through", "Dit is niet goed overgekomen");
pub(crate) const NOT_OPENED: Heading =
    ("This page cannot be opened like this", "Deze pagina kan zo niet worden geopend");
