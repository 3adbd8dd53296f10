# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: it can change at any time, without notice.
# Do not use it outside of opentelekomcloud.cce.

from __future__ import annotations


class ModuleDocFragment:
    """Options for connection and credentials."""

    # For modules and lookups.
    DOCUMENTATION = r"""
---
# docs/generate.py keeps everything but the descriptions of options in step with the option table.
requirements:
  - python >= 3.9
  - requests
  - openstacksdk (only with O(cloud))
options:
  region:
    description:
      - Region of the cloud, such as V(eu-de), V(eu-nl), or V(eu-ch2).
      - Defaults to the prefix of O(project_name).
      - Environment variable E(OS_REGION_NAME).
    type: str
  endpoint:
    description:
      - Base URL of CCE, such as V(https://cce.eu-de.otc.t-systems.com). A path is kept.
      - Defaults to the service catalog, else to the host of O(region).
      - Environment variable E(OS_CCE_ENDPOINT_OVERRIDE).
    type: str
  auth_url:
    description:
      - Base URL of the identity service (IAM), such as V(https://iam.eu-de.otc.t-systems.com/v3).
      - Defaults to the public host of O(region).
      - Environment variable E(OS_AUTH_URL).
    type: str
  project_id:
    description:
      - ID of the project.
      - Saves a request with O(token) or O(access_key).
      - Environment variables E(OS_PROJECT_ID), E(OS_TENANT_ID).
    type: str
  project_name:
    description:
      - Name of the project, such as V(eu-de_team).
      - Environment variables E(OS_PROJECT_NAME), E(OS_TENANT_NAME).
    type: str
  projects:
    description:
      - Names or IDs of several projects to read at once, or V(all) for all projects of the login in known regions.
      - At most eight are read at a time, within one O(timeout). O(order) and O(limit) apply to all jobs together.
      - The region of a project is the prefix of its name. An ID requires O(region) or O(endpoint).
      - Replaces O(project_id) and O(project_name).
    type: list
    elements: str
  token:
    description:
      - IAM token that is valid for the project.
      - Environment variables E(OS_TOKEN), E(OS_AUTH_TOKEN).
    type: str
  access_key:
    description:
      - Access key (AK). Requires O(secret_key).
      - Environment variable E(OS_ACCESS_KEY).
    type: str
  secret_key:
    description:
      - Secret key (SK) of O(access_key).
      - Environment variable E(OS_SECRET_KEY).
    type: str
  security_token:
    description:
      - Security token of a temporary O(access_key).
      - Environment variable E(OS_SECURITY_TOKEN).
    type: str
  signature:
    description:
      - Signing procedure for O(access_key), with a key derived from the date (V(scope)) or the secret key (V(access)).
    type: str
    default: scope
    choices: [scope, access]
  username:
    description:
      - Name of the user who logs in with O(password).
      - Environment variable E(OS_USERNAME).
    type: str
  user_id:
    description:
      - ID of the user who logs in with O(password). Replaces O(username) and its account.
      - Environment variable E(OS_USER_ID).
    type: str
  password:
    description:
      - Password of O(username), which requires O(user_domain_name) or O(user_domain_id), or of O(user_id).
      - Environment variable E(OS_PASSWORD).
    type: str
  passcode:
    description:
      - One-time code (TOTP) of a second factor, for one login.
      - Environment variable E(OS_PASSCODE).
    type: str
  user_domain_name:
    description:
      - Name of the account (domain) of O(username).
      - Environment variables E(OS_USER_DOMAIN_NAME), E(OS_DOMAIN_NAME).
    type: str
    aliases: [domain_name]
  user_domain_id:
    description:
      - ID of the account (domain) of O(username).
      - Environment variables E(OS_USER_DOMAIN_ID), E(OS_DOMAIN_ID).
    type: str
    aliases: [domain_id]
  agency_name:
    description:
      - Agency of another account to assume. The project is one of that account.
      - Environment variable E(OS_AGENCY_NAME).
    type: str
  agency_domain_name:
    description:
      - Name of the account (domain) of O(agency_name).
      - Environment variable E(OS_AGENCY_DOMAIN_NAME).
    type: str
  agency_domain_id:
    description:
      - ID of the account (domain) of O(agency_name).
      - Environment variable E(OS_AGENCY_DOMAIN_ID).
    type: str
  instance_agency:
    description:
      - Use the agency of the server that sends the requests. Its project is the default.
      - Environment variable E(OS_INSTANCE_AGENCY).
    type: bool
    default: false
  metadata_url:
    description:
      - Base URL of the metadata service for O(instance_agency), a link-local or loopback address.
      - Environment variable E(OS_METADATA_URL).
    type: str
    default: http://169.254.169.254
  cloud:
    description:
      - Entry of V(clouds.yaml), with any auth type or access key (V(ak), V(sk)). Requires openstacksdk.
      - Options override the entry, most environment variables do not.
      - Environment variable E(OS_CLOUD).
    type: str
  ca_cert:
    description:
      - File or directory (hashed names) of CA certificates.
      - Defaults to E(REQUESTS_CA_BUNDLE), else to those of the requests library.
      - Environment variable E(OS_CACERT).
    type: path
  validate_certs:
    description:
      - Whether to verify certificates. V(false) is for tests only, because credentials can be intercepted.
      - Environment variable E(OS_INSECURE) (inverted).
    type: bool
    default: true
  proxy:
    description:
      - URL of the proxy for all requests, such as V(http://proxy.example.com:3128).
      - Defaults to E(HTTPS_PROXY), E(HTTP_PROXY), and E(NO_PROXY).
    type: str
  timeout:
    description:
      - Seconds for fetching the jobs, with login and retries.
    type: float
    default: 60
  retries:
    description:
      - How many times to retry a request, within O(timeout).
    type: int
    default: 4
  autopilot:
    description:
      - List jobs of CCE Autopilot clusters (Huawei Cloud only).
    type: bool
    default: false
notes:
  - Modules read environment variables and files on the managed node. Lookups read them on the controller.
  - >-
    Options take precedence over environment variables. In lookups, Ansible variables come between the two.
    The guide "Provide credentials" explains the details.
  - >-
    Credentials are O(token), O(access_key) with O(secret_key), O(username) or O(user_id) with O(password),
    O(instance_agency), or O(cloud). Those that are set as options take precedence. Incomplete credentials or two kinds
    of credentials that are set as options are an error.
  - Set O(project_id), O(project_name), or O(projects), unless O(cloud) or O(instance_agency) specifies the project.
  - The permission V(cce:job:list) is required. The role CCE ReadOnlyAccess includes it.
  - >-
    Secrets never appear in the output. Credentials are not sent to other hosts: redirects are not followed, and
    V(.netrc) is not used. Unencrypted URLs cause a warning, except for loopback.
"""

    # For lookups, in addition to the above.
    PLUGIN = r"""
---
# docs/generate.py generates the options from the option table. Do not edit them.
options:
  region:
    env:
      - name: OS_REGION_NAME
    vars:
      - name: opentelekomcloud_cce_region
  endpoint:
    env:
      - name: OS_CCE_ENDPOINT_OVERRIDE
    vars:
      - name: opentelekomcloud_cce_endpoint
  auth_url:
    env:
      - name: OS_AUTH_URL
    vars:
      - name: opentelekomcloud_cce_auth_url
  project_id:
    env:
      - name: OS_PROJECT_ID
      - name: OS_TENANT_ID
    vars:
      - name: opentelekomcloud_cce_project_id
  project_name:
    env:
      - name: OS_PROJECT_NAME
      - name: OS_TENANT_NAME
    vars:
      - name: opentelekomcloud_cce_project_name
  projects:
    vars:
      - name: opentelekomcloud_cce_projects
  token:
    env:
      - name: OS_TOKEN
      - name: OS_AUTH_TOKEN
    vars:
      - name: opentelekomcloud_cce_token
  access_key:
    env:
      - name: OS_ACCESS_KEY
    vars:
      - name: opentelekomcloud_cce_access_key
  secret_key:
    env:
      - name: OS_SECRET_KEY
    vars:
      - name: opentelekomcloud_cce_secret_key
  security_token:
    env:
      - name: OS_SECURITY_TOKEN
    vars:
      - name: opentelekomcloud_cce_security_token
  signature:
    vars:
      - name: opentelekomcloud_cce_signature
  username:
    env:
      - name: OS_USERNAME
    vars:
      - name: opentelekomcloud_cce_username
  user_id:
    env:
      - name: OS_USER_ID
    vars:
      - name: opentelekomcloud_cce_user_id
  password:
    env:
      - name: OS_PASSWORD
    vars:
      - name: opentelekomcloud_cce_password
  passcode:
    env:
      - name: OS_PASSCODE
    vars:
      - name: opentelekomcloud_cce_passcode
  user_domain_name:
    env:
      - name: OS_USER_DOMAIN_NAME
      - name: OS_DOMAIN_NAME
    vars:
      - name: opentelekomcloud_cce_user_domain_name
  user_domain_id:
    env:
      - name: OS_USER_DOMAIN_ID
      - name: OS_DOMAIN_ID
    vars:
      - name: opentelekomcloud_cce_user_domain_id
  agency_name:
    env:
      - name: OS_AGENCY_NAME
    vars:
      - name: opentelekomcloud_cce_agency_name
  agency_domain_name:
    env:
      - name: OS_AGENCY_DOMAIN_NAME
    vars:
      - name: opentelekomcloud_cce_agency_domain_name
  agency_domain_id:
    env:
      - name: OS_AGENCY_DOMAIN_ID
    vars:
      - name: opentelekomcloud_cce_agency_domain_id
  instance_agency:
    env:
      - name: OS_INSTANCE_AGENCY
    vars:
      - name: opentelekomcloud_cce_instance_agency
  metadata_url:
    env:
      - name: OS_METADATA_URL
    vars:
      - name: opentelekomcloud_cce_metadata_url
  cloud:
    env:
      - name: OS_CLOUD
    vars:
      - name: opentelekomcloud_cce_cloud
  ca_cert:
    env:
      - name: OS_CACERT
    vars:
      - name: opentelekomcloud_cce_ca_cert
  validate_certs:
    env:
      - name: OS_INSECURE
    vars:
      - name: opentelekomcloud_cce_validate_certs
  proxy:
    vars:
      - name: opentelekomcloud_cce_proxy
  timeout:
    vars:
      - name: opentelekomcloud_cce_timeout
  retries:
    vars:
      - name: opentelekomcloud_cce_retries
  autopilot:
    vars:
      - name: opentelekomcloud_cce_autopilot
notes:
  - >-
    Every option for connection and credentials can also be set as an Ansible variable with the prefix
    V(opentelekomcloud_cce_), such as V(opentelekomcloud_cce_region) for O(region).
    Credentials in variables take precedence over those in the environment.
    Two kinds of credentials in variables are an error.
"""
