-- A copy of the database must not read anybody's mail.
UPDATE crm_mail_account
   SET active = false, password_token = NULL, smtp_password_token = NULL;
UPDATE crm_mail_pop3_bridge SET active = false, password_token = NULL;
DELETE FROM crm_mail_account_token;
DELETE FROM crm_mail_account_setup;
