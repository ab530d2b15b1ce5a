@local @local_rocket
Feature: The counter
  In order to hand over rewards
  As a member of staff at a counter
  I can look up tokens, and am told plainly when that is not possible

  Scenario: Without a connection the counter says so and keeps what was typed
    Given I log in as "admin"
    And I am on the "local_rocket > counter" page
    When I set the field "Token" to "7Q2M-X4KD-9RTA-0VHB-5CNE-8WGJ-3"
    And I press "Look it up"
    Then I should see "This site is not connected to Rocket yet"
    And the field "Token" matches value "7Q2M-X4KD-9RTA-0VHB-5CNE-8WGJ-3"

  Scenario: Only people at the counter open it
    Given the following "users" exist:
      | username | firstname | lastname |
      | student1 | Ann       | Lee      |
    When I am on the "local_rocket > counter" page logged in as "student1"
    Then I should see "you do not currently have permissions to do that"
