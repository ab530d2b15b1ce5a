@local @local_rocket
Feature: Teachers award points by hand
  In order to reward what no event can show
  As a teacher
  I can award one of the institution's reasons to learners of my course, and undo it

  Background:
    Given the following "users" exist:
      | username | firstname | lastname |
      | teacher1 | Tess      | Teacher  |
      | student1 | Ann       | Lee      |
      | student2 | Bob       | Ray      |
    And the following "courses" exist:
      | fullname | shortname |
      | Physics  | PHYS101   |
    And the following "course enrolments" exist:
      | user     | course  | role           |
      | teacher1 | PHYS101 | editingteacher |
      | student1 | PHYS101 | student        |
      | student2 | PHYS101 | student        |
    And the following config values are set as admin:
      | subscriptions | {"events": [], "custom_events": ["custom.helpfulness"]} | local_rocket |

  Scenario: A list that names a stranger awards nothing and says which line it is
    Given I am on the "PHYS101" "local_rocket > award" page logged in as "teacher1"
    When I set the field "list" to multiline:
      """
      student1
      nobody@example.com
      """
    And I press "Award"
    Then I should see "Line 2"
    And I should see "Nothing was awarded here yet."

  Scenario: An award can be undone
    Given I am on the "PHYS101" "local_rocket > award" page logged in as "teacher1"
    When I set the field "list" to "student1"
    And I set the field "note" to "Helped in the lab"
    And I press "Award"
    Then I should see "Awarded to 1."
    And I should see "Ann Lee"
    And I should see "Waiting to be sent"
    When I press "Undo the award to Ann Lee"
    Then I should see "Undone"
    And "Undo the award to Ann Lee" "button" should not exist

  Scenario: A learner cannot award
    Given I am on the "PHYS101" "local_rocket > award" page logged in as "student1"
    Then I should see "you do not currently have permissions to do that"
