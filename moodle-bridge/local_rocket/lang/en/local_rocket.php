<?php
// This file is part of Moodle - http://moodle.org/
//
// Moodle is free software: you can redistribute it and/or modify
// it under the terms of the GNU General Public License as published by
// the Free Software Foundation, either version 3 of the License, or
// (at your option) any later version.
//
// Moodle is distributed in the hope that it will be useful,
// but WITHOUT ANY WARRANTY; without even the implied warranty of
// MERCHANTABILITY or FITNESS FOR A PARTICULAR PURPOSE.  See the
// GNU General Public License for more details.
//
// You should have received a copy of the GNU General Public License
// along with Moodle.  If not, see <http://www.gnu.org/licenses/>.

/**
 * What Rocket says, in English.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

defined('MOODLE_INTERNAL') || die();

$string['allpoints'] = 'History and more';
$string['amountoff'] = '{$a} off';
$string['andmore'] = ', and {$a} more';
$string['answermismatch'] = 'its answer does not fit what was asked';
$string['asof'] = 'As of {$a}';
$string['award'] = 'Award points';
$string['award_busy'] = 'Another award of yours is still being written. Try again in a moment.';
$string['award_cannot'] = '{$a} earns no points in this course.';
$string['award_event'] = 'What for';
$string['award_explained'] = 'Say what somebody did. What this earns is decided by your institution’s rules; the points come within some minutes.';
$string['award_file'] = 'Or upload a list (CSV)';
$string['award_give'] = 'Award';
$string['award_given'] = 'Awarded to {$a}. The points come within some minutes.';
$string['award_group'] = 'Or a whole group';
$string['award_latest'] = 'Latest awards';
$string['award_learners'] = 'Learners';
$string['award_left'] = 'You can still award to {$a} learners today.';
$string['award_limit'] = 'That is {$a->asked} learners, and you can award to {$a->left} more today.';
$string['award_lineempty'] = 'Line {$a->line} names nobody.';
$string['award_lineseveral'] = 'Line {$a->line}: “{$a->name}” could be several learners here. Use the username.';
$string['award_lineunknown'] = 'Line {$a->line}: “{$a->name}” is no learner of this course.';
$string['award_list'] = 'Or a list';
$string['award_list_help'] = 'One learner a line, by username, email address or ID number. In a CSV file the first column counts, or the one that is headed username, email or idnumber. If a line names nobody, nothing is awarded and the line is named.';
$string['award_nobody'] = 'Choose at least one learner, a group, or give a list.';
$string['award_noevent'] = 'Choose one of the reasons that your institution lists.';
$string['award_noevents'] = 'Your institution has listed nothing that can be awarded by hand yet. An administrator does so under custom_events in rocket.yaml.';
$string['award_nogroup'] = 'No group';
$string['award_none'] = 'Nothing was awarded here yet.';
$string['award_note'] = 'Note';
$string['award_note_help'] = 'Only for you and the other teachers of this course. It stays in Moodle.';
$string['award_notlearner'] = 'Somebody you chose is no learner of this course any more.';
$string['award_refused'] = 'Nothing was awarded. {$a}';
$string['award_self'] = 'You cannot award points to yourself.';
$string['award_statesent'] = 'Sent';
$string['award_statestuck'] = 'Could not be sent: an administrator has to look.';
$string['award_stateundone'] = 'Undone';
$string['award_statewaiting'] = 'Waiting to be sent';
$string['award_toolate'] = 'An award can be undone within a day. This one is older.';
$string['award_undo'] = 'Undo';
$string['award_undofor'] = 'Undo the award to {$a}';
$string['award_undone'] = 'Undone: what it earned is taken back within some minutes.';
$string['away_network'] = 'Rocket could not be reached. ({$a})';
$string['away_notpaired'] = 'This site is not connected to Rocket yet: an administrator pairs it on the settings page.';
$string['away_paused'] = 'Sending is paused. Nothing is lost: it goes on when somebody switches the pause off.';
$string['away_server'] = 'Rocket could not do it just now. ({$a})';
$string['away_toomany'] = 'Too many requests: wait a moment. ({$a})';
$string['away_waiting'] = 'Rocket did not answer a moment ago, and is asked again in a short while. ({$a})';
$string['awaysince'] = 'Rocket does not answer just now. This is how it stood on {$a}.';
$string['backfilllearner'] = 'Learner {$a->userid}: {$a->events} events, {$a->points} points, {$a->held} held';
$string['backfillnocourse'] = 'There is no course with the id "{$a}".';
$string['backfillnosince'] = 'Say from which day on: --since=YYYY-MM-DD.';
$string['backfillnoworth'] = 'No reward that costs the institution money could be had for these points.';
$string['backfillsent'] = '{$a->learners} learners, {$a->deeds} deeds, {$a->events} of them new and on their way.';
$string['backfillworth'] = 'These points could be turned into at most {$a}.';
$string['backfillwould'] = '{$a->learners} learners, {$a->deeds} deeds. {$a->events} events would go to the sidecar (by the others nobody may earn), for {$a->points} points and {$a->held} more held for review. Nothing was written.';
$string['badaddress'] = 'That is no address of a sidecar: {$a}. It looks like http://127.0.0.1:4310 or https://rocket.example.org.';
$string['badge_named'] = 'the badge {$a}';
$string['badge_numbered'] = 'badge {$a}';
$string['balance'] = 'Your points';
$string['cancellableuntil'] = 'You can cancel until {$a}.';
$string['cancelled'] = 'It is cancelled, and you have your points back.';
$string['cancelredemption'] = 'Cancel and have the points back';
$string['category_badge'] = 'Badge';
$string['category_course_access'] = 'Course access';
$string['category_discount'] = 'Discount';
$string['category_gift_card'] = 'Gift card';
$string['category_merchandise'] = 'Merchandise';
$string['category_voucher'] = 'Voucher';
$string['chooseprice'] = 'Choose what to spend';
$string['cli_backfill'] = 'Points for what learners did before there were any, read from quiz attempts, submissions, posts, completions and badges. Each deed once, however often this is run. What was deleted since cannot be known.

Options:
--since=YYYY-MM-DD   From this day on
--course=ID          Only in this course
--dry-run            Only say what it would come to: learners, points and money
--by-learner         With --dry-run: a line for each learner
-h, --help           This help

Example:
$ sudo -u www-data php local/rocket/cli/backfill.php --since=2026-09-01 --dry-run';
$string['cli_facts'] = 'Sends badges and completions that stand, as pairing does by itself. Rewards may require them; nobody earns by them. Cron does it in the background.

Options:
-h, --help   This help

Example:
$ sudo -u www-data php local/rocket/cli/facts.php';
$string['cli_lifecycle'] = 'Accounts that were deleted, merged or are to be erased.

One of:
  --list             what waits for a person: held erasures, and requests that were refused; one a line, separated by tabs
  --release=IDS|all  let these go on; IDS are numbers of the list, separated by commas
  --cancel=IDS|all   call these off; an account that is there again earns again
  --run              tell Rocket now what is due, rather than within a minute

-h, --help           this text

Exit code: 0 done, 1 it could not be done now, 2 wrong usage.';
$string['cli_lifecycleids'] = 'Name them by their numbers in --list, separated by commas, or say "all".';
$string['cli_sweep'] = 'Compares what learners did in the last days with what was captured, and puts in what was missed. Runs each night by itself.

Options:
-h, --help   This help

Example:
$ sudo -u www-data php local/rocket/cli/sweep.php';
$string['codevaliduntil'] = 'The code works until {$a}';
$string['confirmbalance'] = 'You have {$a->balance}. Afterwards you have {$a->after}.';
$string['confirmbutton'] = 'Yes, redeem';
$string['confirmredeem'] = 'Redeem {$a->title} for {$a->cost}?';
$string['copied'] = 'Copied';
$string['copy'] = 'Copy';
$string['counter'] = 'Rocket counter';
$string['counter_camera'] = 'Scan with the camera';
$string['counter_cancelled'] = 'This reward was cancelled: its token no longer counts.';
$string['counter_changed'] = 'This token was used or taken back meanwhile. Look again.';
$string['counter_expired'] = 'This token has lapsed.';
$string['counter_handedover'] = 'Handed over, {$a}.';
$string['counter_handover'] = 'Hand over';
$string['counter_here'] = 'the counter';
$string['counter_lapsed'] = 'This token lapsed, {$a}.';
$string['counter_look'] = 'Look it up';
$string['counter_misses'] = 'You tried too many wrong tokens.';
$string['counter_nexttoken'] = 'Next token';
$string['counter_nocamera'] = 'The camera cannot be used. Type the token instead.';
$string['counter_reference'] = 'Place or receipt (optional)';
$string['counter_refused'] = 'This reward was refused: its token no longer counts.';
$string['counter_takeback'] = 'Take back';
$string['counter_takebackhelp'] = 'Handed over by mistake? Within 24 hours it can be taken back.';
$string['counter_takenback'] = 'Taken back: the token counts again.';
$string['counter_token'] = 'Token';
$string['counter_token_mistyped'] = 'This token is mistyped, or a sign is missing. Compare it with the learner’s screen and correct it below.';
$string['counter_token_unknown'] = 'This token is not known. It may have been replaced by a newer one: ask the learner to open their reward again.';
$string['counter_tokenhelp'] = 'Type or scan it: capitals, spaces and hyphens do not matter.';
$string['counter_toolate'] = 'It was handed over more than 24 hours ago, so it cannot be taken back here.';
$string['counter_toomany'] = 'Too many wrong tokens. Try again in {$a} seconds.';
$string['counter_unsure'] = 'Nobody can say yet whether it went through. Press the button again: it is the same act, never a second one.';
$string['counter_usable'] = 'Not used yet. Hand it over below.';
$string['counter_used'] = 'Used already, {$a}.';
$string['counter_usedat'] = 'Used already, {$a->when} at {$a->where}.';
$string['debtexplained'] = 'Points that you had already spent were taken back. What you earn next fills the gap.';
$string['deeds_attempts'] = 'Quiz attempts handed in';
$string['deeds_badges'] = 'Badges';
$string['deeds_completions'] = 'Activity completions';
$string['deeds_course_completions'] = 'Course completions';
$string['deeds_graded_attempts'] = 'Quiz attempts graded';
$string['deeds_posts'] = 'Forum posts';
$string['deeds_submissions'] = 'Submissions';
$string['deeds_team_submissions'] = 'Team submissions';
$string['error'] = 'That did not work';
$string['factsqueued'] = 'Queued: cron sends them.';
$string['field_activity'] = 'the activity';
$string['field_attempt'] = 'the number of the attempt';
$string['field_characters'] = 'the number of characters';
$string['field_completion_rate'] = 'the completed part of the course in percent';
$string['field_course'] = 'the course';
$string['field_duration_seconds'] = 'the time in seconds';
$string['field_files'] = 'the number of files';
$string['field_late'] = '“handed in late”';
$string['field_module'] = 'the kind of activity';
$string['field_passed'] = '“passed”';
$string['field_score'] = 'the score in percent';
$string['field_similarity'] = 'the likeness to other posts in percent';
$string['field_state'] = 'the state';
$string['field_words'] = 'the number of words';
$string['goal'] = 'Your goal';
$string['heldpoints'] = '{$a} set aside until a person has looked';
$string['help'] = 'Help';
$string['help_back'] = 'Where what earned them no longer stands (a post that was deleted, a grade that was corrected), its points go back.';
$string['help_backtitle'] = 'Points that are taken back';
$string['help_courses'] = 'Your points stay, whatever becomes of a course.';
$string['help_coursestitle'] = 'When a course is reset or ends';
$string['help_held'] = 'Some points wait until a person has looked. That is no accusation; until then they cannot be spent.';
$string['help_heldtitle'] = 'Points that are set aside';
$string['help_how'] = 'You earn points for what you do in your courses, by rules that your institution has set. The history says for each thing why it brought points, or why not.';
$string['help_howtitle'] = 'How points come';
$string['help_privacy'] = 'Rocket keeps what you did, not what you wrote. You can ask for all of it, and have it deleted, through your data-protection contact.';
$string['help_privacytitle'] = 'What is kept';
$string['help_spend'] = 'Turn them into rewards. A locked reward says what is missing for it. Spending never costs you a tier: tiers go by what you earned in all.';
$string['help_spendtitle'] = 'What points are for';
$string['history'] = 'History';
$string['instructions'] = 'How to use it';
$string['joinand'] = ' and ';
$string['joinlist'] = '; ';
$string['joinor'] = ', or ';
$string['lifecyclealert'] = 'Rocket waits for a person: {$a->held} erasures of deleted accounts are held, because more than 50 accounts were deleted within a day, and {$a->failed} requests about accounts were refused. The status page shows them: let them go on, or call them off. Nothing of a held account is erased until then.';
$string['lifecyclealertsubject'] = 'Rocket: erasures are held, or were refused';
$string['lifecyclecancelled'] = '{$a} requests are called off.';
$string['lifecycledone'] = '{$a} requests about accounts carried out.';
$string['lifecyclereleased'] = '{$a} requests go on.';
$string['lifecycletime'] = 'The time of this run is over: the rest follows in the next one.';
$string['lifetime'] = 'Earned in all: {$a}';
$string['locked'] = 'Locked';
$string['morerewards'] = 'All rewards';
$string['mypoints'] = 'My points';
$string['myrewards'] = 'My rewards';
$string['nexttier'] = 'Next: {$a}';
$string['nmorepoints'] = '{$a} more points';
$string['norecent'] = 'Nothing yet. Points come by what you do in your courses.';
$string['noredemptions'] = 'You have not redeemed anything yet.';
$string['norewards'] = 'There are no rewards yet.';
$string['nosuchreward'] = 'There is no such reward, or it is not for you to see.';
$string['notgiven'] = 'not given';
$string['nothingpays'] = 'No rule pays for this at present.';
$string['notier'] = 'No tier yet';
$string['notknownyet'] = 'Your balance is not known yet: Rocket does not answer just now. What you do counts all the same.';
$string['notpart'] = 'You take no part in points. What you do earns nothing.';
$string['notredeemable'] = 'This cannot be redeemed now';
$string['npoints'] = '{$a} points';
$string['older'] = 'Older';
$string['onemorepoint'] = '1 more point';
$string['onepoint'] = '1 point';
$string['optout'] = 'Take no part any more';
$string['optoutexplained'] = 'You can stop taking part at any time. What you earned stays yours; nothing new is earned until you take part again.';
$string['overview'] = 'Overview';
$string['percentoff'] = '{$a} % off';
$string['period_day'] = 'today';
$string['period_ever'] = 'in all';
$string['period_month'] = 'this month';
$string['period_other'] = 'in {$a}';
$string['period_term'] = 'this term';
$string['period_week'] = 'this week';
$string['pin'] = 'Make this my goal';
$string['plainhttp'] = 'Without TLS the secret could be read on its way to {$a}. Use https, or an address on this machine or in your private network.';
$string['pluginname'] = 'Rocket';
$string['pointscol'] = 'Points';
$string['pricechanged'] = 'The price has changed meanwhile. Look again before you decide.';
$string['print'] = 'Print';
$string['privacy:metadata:core_badges'] = 'A reward can be a badge, which Moodle issues.';
$string['privacy:metadata:core_cohort'] = 'A reward can be a place in a cohort, to which Moodle adds the learner.';
$string['privacy:metadata:core_enrol'] = 'A reward can be an enrolment in a course, which Moodle makes.';
$string['privacy:metadata:core_message'] = 'Learners are told of tiers, rewards and lapsing points by Moodle’s messages.';
$string['privacy:metadata:local_rocket_award'] = 'Points that teachers awarded by hand.';
$string['privacy:metadata:local_rocket_award:awardedby'] = 'Who awarded them.';
$string['privacy:metadata:local_rocket_award:courseid'] = 'The course in which they were awarded.';
$string['privacy:metadata:local_rocket_award:event'] = 'What they were awarded for.';
$string['privacy:metadata:local_rocket_award:reason'] = 'A note of the teacher’s, which never leaves Moodle.';
$string['privacy:metadata:local_rocket_award:timecreated'] = 'When they were awarded.';
$string['privacy:metadata:local_rocket_award:timeundone'] = 'When the award was undone.';
$string['privacy:metadata:local_rocket_award:undoneby'] = 'Who undid it.';
$string['privacy:metadata:local_rocket_award:userid'] = 'The learner.';
$string['privacy:metadata:local_rocket_handover'] = 'Rewards that Moodle itself handed over: enrolments, badges, places in cohorts.';
$string['privacy:metadata:local_rocket_handover:action'] = 'What was handed over.';
$string['privacy:metadata:local_rocket_handover:reason'] = 'Why it could not be handed over.';
$string['privacy:metadata:local_rocket_handover:redemptionid'] = 'The number of the redemption.';
$string['privacy:metadata:local_rocket_handover:status'] = 'Whether it was handed over.';
$string['privacy:metadata:local_rocket_handover:timecreated'] = 'When it was.';
$string['privacy:metadata:local_rocket_handover:userid'] = 'The learner.';
$string['privacy:metadata:local_rocket_outbox'] = 'What learners did, until it is sent to Rocket’s service, and some days longer.';
$string['privacy:metadata:local_rocket_outbox:actorid'] = 'Who caused it: the learner, or for instance a teacher who graded.';
$string['privacy:metadata:local_rocket_outbox:contextid'] = 'Where it happened.';
$string['privacy:metadata:local_rocket_outbox:courseid'] = 'The course in which it happened.';
$string['privacy:metadata:local_rocket_outbox:eventname'] = 'What kind of thing was done.';
$string['privacy:metadata:local_rocket_outbox:ip'] = 'The network address it came from, until it is hashed some minutes later.';
$string['privacy:metadata:local_rocket_outbox:objectid'] = 'The number of what it was about, such as a quiz attempt.';
$string['privacy:metadata:local_rocket_outbox:objecttable'] = 'The kind of what it was about.';
$string['privacy:metadata:local_rocket_outbox:origin'] = 'Whether it came from the web, the app or a script.';
$string['privacy:metadata:local_rocket_outbox:other'] = 'Further numbers that the event carries, such as the new state of a completion.';
$string['privacy:metadata:local_rocket_outbox:payload'] = 'What is sent to Rocket’s service.';
$string['privacy:metadata:local_rocket_outbox:reason'] = 'Why it was not counted or not sent.';
$string['privacy:metadata:local_rocket_outbox:status'] = 'Whether it was sent.';
$string['privacy:metadata:local_rocket_outbox:timecreated'] = 'When it happened.';
$string['privacy:metadata:local_rocket_outbox:userid'] = 'The learner it is about.';
$string['privacy:metadata:local_rocket_request'] = 'What Rocket’s service must be told of an account: that it was deleted, merged, or is to be erased. Once a learner is erased, this no longer says who it was.';
$string['privacy:metadata:local_rocket_request:kind'] = 'What it must be told.';
$string['privacy:metadata:local_rocket_request:otherid'] = 'The account that stays, where two were merged.';
$string['privacy:metadata:local_rocket_request:reason'] = 'Why it could not be done yet.';
$string['privacy:metadata:local_rocket_request:status'] = 'Whether it was done.';
$string['privacy:metadata:local_rocket_request:timecreated'] = 'When it was asked for.';
$string['privacy:metadata:local_rocket_request:timedue'] = 'When it is to be done.';
$string['privacy:metadata:local_rocket_request:userid'] = 'The learner.';
$string['privacy:metadata:local_rocket_snapshot'] = 'What Rocket’s service last said of a learner’s account, shown while it cannot be reached.';
$string['privacy:metadata:local_rocket_snapshot:timefetched'] = 'When it said so.';
$string['privacy:metadata:local_rocket_snapshot:userid'] = 'The learner.';
$string['privacy:metadata:local_rocket_snapshot:value'] = 'Balance, tier, rewards and the latest decisions.';
$string['privacy:metadata:preference:local_rocket_goal'] = 'The reward that you pinned as your goal.';
$string['privacy:metadata:preference:local_rocket_optout'] = 'Whether you chose to take no part.';
$string['privacy:metadata:sidecar'] = 'The service that turns activity into points and keeps them, run by the institution or for it. Names, e-mail addresses and what learners write are never sent to it.';
$string['privacy:metadata:sidecar:account'] = 'That an account was deleted, merged with another, or is to be erased.';
$string['privacy:metadata:sidecar:activity'] = 'The activity in which something was done.';
$string['privacy:metadata:sidecar:actor'] = 'The Moodle number of whoever caused it, and of staff who look after an account.';
$string['privacy:metadata:sidecar:attempt'] = 'Which attempt it was.';
$string['privacy:metadata:sidecar:badge'] = 'The badge that was earned.';
$string['privacy:metadata:sidecar:characters'] = 'How many characters a text has.';
$string['privacy:metadata:sidecar:completion_rate'] = 'How much of the course is completed, in percent.';
$string['privacy:metadata:sidecar:course'] = 'The course in which something was done.';
$string['privacy:metadata:sidecar:course_idnumber'] = 'The institution’s own number of the course.';
$string['privacy:metadata:sidecar:duration_seconds'] = 'How long an attempt took.';
$string['privacy:metadata:sidecar:event'] = 'What kind of thing was done.';
$string['privacy:metadata:sidecar:file_hash'] = 'A keyed hash of a submitted file, by which the same file is found again. The file stays in Moodle, and so does the key.';
$string['privacy:metadata:sidecar:files'] = 'How many files were submitted.';
$string['privacy:metadata:sidecar:graded_by'] = 'Whether a person graded, or Moodle itself.';
$string['privacy:metadata:sidecar:group'] = 'The group for which something was submitted.';
$string['privacy:metadata:sidecar:id'] = 'A number that the event was given.';
$string['privacy:metadata:sidecar:ip_hash'] = 'A keyed hash of the network address. The key stays in Moodle.';
$string['privacy:metadata:sidecar:items'] = 'How many questions an attempt has.';
$string['privacy:metadata:sidecar:lang'] = 'The language in which a page is shown.';
$string['privacy:metadata:sidecar:late'] = 'Whether it was submitted after the due date.';
$string['privacy:metadata:sidecar:module'] = 'The kind of activity.';
$string['privacy:metadata:sidecar:object'] = 'The number of what it was about, such as a quiz attempt.';
$string['privacy:metadata:sidecar:origin'] = 'Whether it came from the web, the app or a script.';
$string['privacy:metadata:sidecar:passed'] = 'Whether it was passed.';
$string['privacy:metadata:sidecar:previous_state'] = 'The state of completion before.';
$string['privacy:metadata:sidecar:rapid_items'] = 'How many questions were answered faster than they can be read.';
$string['privacy:metadata:sidecar:redemption'] = 'Which reward the learner redeems or cancels, and when.';
$string['privacy:metadata:sidecar:reply_to'] = 'The post that was answered.';
$string['privacy:metadata:sidecar:score'] = 'The score, in percent.';
$string['privacy:metadata:sidecar:screen'] = 'Which of the institution’s lists (patterns in a text, cohorts, roles, network ranges) applied: their names, not the text or the address.';
$string['privacy:metadata:sidecar:seconds_since_last'] = 'How long after the learner’s last post it came.';
$string['privacy:metadata:sidecar:similarity'] = 'How similar a post is to others in the course.';
$string['privacy:metadata:sidecar:state'] = 'The state of completion.';
$string['privacy:metadata:sidecar:support'] = 'What staff do about an account: a correction, a cancellation, a new token, with the reason they give.';
$string['privacy:metadata:sidecar:text_hash'] = 'A keyed hash of a text, by which the same text is found again. The text stays in Moodle, and so does the key.';
$string['privacy:metadata:sidecar:time'] = 'When it happened.';
$string['privacy:metadata:sidecar:token'] = 'The token of a reward that is handed over at the counter, and what staff note about it.';
$string['privacy:metadata:sidecar:undone'] = 'Whether an award by hand was undone.';
$string['privacy:metadata:sidecar:user'] = 'The learner’s Moodle number.';
$string['privacy:metadata:sidecar:words'] = 'How many words a text has.';
$string['privacy:missing'] = 'What Rocket keeps of you is missing from this export, because its service could not be asked when the export was made. Please ask for another export.';
$string['privacy:path:acts'] = 'What you did about others’ work';
$string['privacy:path:awards'] = 'Points awarded by hand';
$string['privacy:path:events'] = 'What you did';
$string['privacy:path:handovers'] = 'Rewards handed over by Moodle';
$string['privacy:path:requests'] = 'What was done about your account';
$string['privacy:path:sidecar'] = 'Your account of points';
$string['privacy:path:snapshot'] = 'What was last shown to you';
$string['progresstonext'] = 'Progress to {$a}';
$string['qralt'] = 'QR code of your token';
$string['reason_already_granted'] = 'You had the points for this on {$a->granted}.';
$string['reason_budget_short'] = 'What the budget {$a->budget} has left for {$a->month} is less than {$a->reward} pays: nobody can redeem it before next month.';
$string['reason_budget_used_up'] = 'The money for this is used up for this month. It begins anew on {$a->again}.';
$string['reason_budget_warning'] = 'The budget {$a->budget} is used to {$a->percent} % for {$a->month}.';
$string['reason_cancelled'] = '{$a->title} was cancelled. You have {$a->points} back.';
$string['reason_cap_reached'] = 'You have reached the most that this can pay {$a->per} ({$a->limit}). It pays again from {$a->again}.';
$string['reason_cap_reached_over'] = 'You have reached the most that this can pay {$a->per} ({$a->limit}).';
$string['reason_capped'] = 'You earned {$a->points} of {$a->of}: with them you have reached the most that this can pay {$a->per} ({$a->limit}).';
$string['reason_codes_empty'] = 'No code is left for {$a->reward}: import more with scripts/rocket codes import.';
$string['reason_codes_lapse'] = 'Codes for {$a->reward} that lapse by {$a->expires} and are not handed out yet: {$a->count}.';
$string['reason_codes_low'] = 'Only {$a->left} codes of {$a->of} are left for {$a->reward}.';
$string['reason_condition_not_met'] = 'This pays where {$a->field} is {$a->test}; here it was {$a->value}.';
$string['reason_delivered'] = '{$a->title} was handed over.';
$string['reason_delivery_stuck'] = 'The redemption {$a->redemption} could not be sent to {$a->partner}: {$a->why}. It goes on with scripts/rocket redemption replay {$a->redemption}, or ends with redemption cancel.';
$string['reason_excluded'] = 'This does not qualify for points under the institution’s rules.';
$string['reason_frequency'] = 'You had these points already on {$a->granted}; they come again from {$a->again}.';
$string['reason_frequency_over'] = 'You had these points already {$a->times}, last on {$a->granted}; they come no more often.';
$string['reason_granted'] = 'You earned {$a->points}.';
$string['reason_held'] = 'Set aside until a person has looked: {$a->points}. This is not a finding of misconduct.';
$string['reason_held_capped'] = 'Set aside until a person has looked: {$a->points}. This is not a finding of misconduct. More ({$a->of}) would pass the most that this can pay {$a->per} ({$a->limit}).';
$string['reason_limit_reached'] = 'You have had this {$a->times} {$a->per}, and that is the most. It can be had again from {$a->again}.';
$string['reason_limit_reached_over'] = 'You have had this {$a->times} {$a->per}, and that is the most.';
$string['reason_needs_all'] = '{$a->missing}';
$string['reason_needs_any'] = '{$a->options}';
$string['reason_needs_badge'] = 'earn {$a->badge}';
$string['reason_needs_balance'] = '{$a->morepoints}';
$string['reason_needs_completed'] = 'complete {$a->target}';
$string['reason_needs_completion_rate'] = 'complete {$a->at_least} % of {$a->course} (now {$a->rate} %)';
$string['reason_needs_points'] = '{$a->morepoints}';
$string['reason_needs_rule'] = 'earn points by {$a->rule}';
$string['reason_needs_tier'] = 'reach the tier {$a->title}: {$a->missing}';
$string['reason_no_object'] = 'This can be counted only where it names its {$a->scope}, and it named none.';
$string['reason_no_points'] = 'By its {$a->field}, this is worth no points.';
$string['reason_not_active'] = 'This reward is switched off.';
$string['reason_not_approved'] = 'This reward waits for the institution’s approval.';
$string['reason_not_funded'] = 'At present only rewards that the institution pays for can be redeemed.';
$string['reason_once_only'] = 'This {$a->scope} paid already, on {$a->granted}. It pays once.';
$string['reason_out_of_stock'] = 'None of these are left.';
$string['reason_outside_window'] = 'This pays only at certain times, next from {$a->opens}.';
$string['reason_outside_window_over'] = 'The time for this has passed.';
$string['reason_partner_closed'] = 'The partner who hands this over takes no redemptions at present.';
$string['reason_partner_gone'] = '{$a->partner} answered that its address is gone. Its rewards are locked until scripts/rocket partner test {$a->partner} succeeds.';
$string['reason_points_lapse'] = 'Lapsing on {$a->expires}: {$a->points}.';
$string['reason_redeemed'] = 'You redeemed {$a->title} for {$a->points}.';
$string['reason_refused'] = '{$a->title} could not be handed over. You have {$a->points} back.';
$string['reason_requires'] = 'Something comes first: {$a->missing}.';
$string['reason_revoked'] = 'Taken back: {$a->points}, because what earned them no longer stands.';
$string['reason_reward_window'] = 'This can be had only at certain times, next from {$a->opens}.';
$string['reason_reward_window_over'] = 'The time in which this could be had has passed.';
$string['reason_tier_reached'] = 'You have reached the tier {$a->title}.';
$string['reason_token_lapsed'] = 'Your token for {$a->title} lapsed unused. You have {$a->points} back.';
$string['reason_token_lapsed_over'] = 'Your token for {$a->title} lapsed unused.';
$string['reason_token_lapses'] = 'Your token for {$a->title} lapses on {$a->expires}.';
$string['reason_token_replaced'] = 'There is a new token for {$a->title}: the one before it no longer counts.';
$string['reason_waiting_for_grade'] = 'This has no grade yet. It is decided when the grade is there.';
$string['reason_withdrawn'] = 'What this was for was undone on {$a->withdrawn}.';
$string['receipt'] = 'Receipt';
$string['receiptcost'] = 'Spent';
$string['receiptid'] = 'Number';
$string['receiptwhen'] = 'Redeemed';
$string['recent'] = 'Lately';
$string['redeem'] = 'Redeem';
$string['redeemaway'] = 'Rocket does not answer just now, so nobody can say yet whether this went through. Try again with the button below: it is the same redemption, never a second one.';
$string['redeemreward'] = 'Redeem {$a}';
$string['redemption'] = 'Your reward';
$string['refused'] = '{$a}';
$string['remaining'] = '{$a} left';
$string['request_erase'] = 'Erase: somebody asked for it';
$string['request_erase_deleted'] = 'Erase: the account was deleted';
$string['request_freeze'] = 'Freeze';
$string['request_merge'] = 'Merge';
$string['request_unfreeze'] = 'Unfreeze';
$string['requeststatus_cancelled'] = 'Called off';
$string['requeststatus_done'] = 'Done';
$string['requeststatus_failed'] = 'Refused';
$string['requeststatus_held'] = 'Held';
$string['requeststatus_pending'] = 'Waiting';
$string['rewards'] = 'Rewards';
$string['rocket:award'] = 'Award points by hand';
$string['rocket:earn'] = 'Earn points in a course';
$string['rocket:handover'] = 'Hand over rewards at the counter';
$string['rocket:manage'] = 'Set up and watch over Rocket';
$string['rocket:redeem'] = 'Turn points into rewards';
$string['rocket:support'] = 'See and correct a learner’s account';
$string['rocket:view'] = 'See one’s own points';
$string['rocket:viewreport'] = 'See who earned what in a course';
$string['rotatebusy'] = 'Somebody else is rotating the secret at this moment. Try again in a minute.';
$string['scope_activity'] = 'activity';
$string['scope_course'] = 'course';
$string['scope_object'] = 'object';
$string['secretinconfig'] = 'The secret stands in config.php, so it can only be changed there.';
$string['sentevents'] = '{$a} events sent.';
$string['showthis'] = 'Show this';
$string['skipped_deleted'] = 'The account was deleted.';
$string['skipped_excludedcohort'] = 'They are in a cohort that takes no part.';
$string['skipped_nobody'] = 'It was nobody’s own act.';
$string['skipped_norole'] = 'They are no learner there.';
$string['skipped_notgradedyet'] = 'Not every question of the attempt is graded yet.';
$string['skipped_optedout'] = 'They chose to take no part.';
$string['skipped_othergrade'] = 'It is not the activity’s own grade.';
$string['skipped_preview'] = 'It was a teacher’s preview.';
$string['skipped_suspended'] = 'The account is suspended.';
$string['state_cancelled'] = 'Cancelled';
$string['state_consumed'] = 'Used';
$string['state_delivered'] = 'Handed over';
$string['state_delivering'] = 'On its way';
$string['state_expired'] = 'Lapsed';
$string['state_issued'] = 'Not used yet';
$string['state_refused'] = 'Could not be handed over';
$string['statuscol'] = 'State';
$string['sweepmissed'] = 'Missed and put in now: {$a}';
$string['sweepnotpaired'] = 'Not paired with a sidecar yet: nothing to compare.';
$string['takepart'] = 'Take part';
$string['task_cleanup'] = 'Clear away what was sent long ago';
$string['task_lifecycle'] = 'Tell Rocket which accounts were deleted, merged or are to be erased';
$string['task_send'] = 'Send activity to Rocket';
$string['task_send_facts'] = 'Send badges and completions from before';
$string['task_sweep'] = 'Look for activity that was missed';
$string['terms'] = 'Terms';
$string['test_above'] = 'more than {$a}';
$string['test_atleast'] = 'at least {$a}';
$string['test_atmost'] = 'at most {$a}';
$string['test_below'] = 'less than {$a}';
$string['test_not'] = 'not {$a}';
$string['test_range'] = 'from {$a->from} to {$a->to}';
$string['tier'] = 'Tier';
$string['timesmany'] = '{$a} times';
$string['timesonce'] = 'once';
$string['timestwice'] = 'twice';
$string['togo'] = '{$a} to go';
$string['toptier'] = 'You have reached the top tier.';
$string['tryagain'] = 'Try again';
$string['unpin'] = 'No longer my goal';
$string['usedon'] = 'Used on {$a}';
$string['validuntil'] = 'Valid until {$a}';
$string['what'] = 'What';
$string['when'] = 'When';
$string['why'] = 'Why';
$string['worth'] = 'Worth {$a}';
$string['yourcode'] = 'Your code';
$string['yourtoken'] = 'Your token';
