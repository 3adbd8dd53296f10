# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: it can change at any time, without notice.
# Do not use it outside of opentelekomcloud.cce.

from __future__ import annotations


class ModuleDocFragment:
    """Options that say which cloud and project to ask, and who is asking."""

    # For modules and lookups.
    DOCUMENTATION = r"""
---
requirements:
  - python >= 3.9
  - requests
  - openstacksdk (only with O(cloud))
options:
  region:
    description:
      - The region of the cloud, for example V(eu-de), V(eu-nl) or V(eu-ch2).
      - It supplies O(auth_url) and O(endpoint) where these are not given.
      - If not set, the environment variable E(OS_REGION_NAME) is used.
        A module reads it on the target, a lookup on the controller.
      - If that is not set either, the region is the part of O(project_name) before the first underscore.
    type: str
  endpoint:
    description:
      - The base URL of the CCE service, for example V(https://cce.eu-de.otc.t-systems.com).
      - A path in the URL is kept. A slash at the end does no harm.
      - If not set, the environment variable E(OS_CCE_ENDPOINT_OVERRIDE) is used.
        A module reads it on the target, a lookup on the controller.
      - If that is not set either, the address comes from the service catalog which a login with O(password) returns.
        Without such an entry it is the public host of the O(region).
    type: str
  auth_url:
    description:
      - The base URL of the identity service IAM, with or without V(/v3) at the end,
        for example V(https://iam.eu-de.otc.t-systems.com/v3).
      - It is used to log in with O(password), and to find the id that belongs to O(project_name).
      - If not set, the environment variable E(OS_AUTH_URL) is used.
        A module reads it on the target, a lookup on the controller.
      - If that is not set either, it is the public IAM host of the O(region).
    type: str
  project_id:
    description:
      - The id of the project whose jobs are listed.
      - With O(project_id) and either O(token) or O(access_key), a list of jobs takes exactly one request.
      - If not set, the environment variable E(OS_PROJECT_ID) is used, else E(OS_TENANT_ID).
        A module reads them on the target, a lookup on the controller.
    type: str
  project_name:
    description:
      - The name of the project whose jobs are listed, for example V(eu-de_team).
      - A login with O(password) uses it as its scope.
        With O(token) or O(access_key) and without O(project_id), one more request asks IAM for the id.
      - If not set, the environment variable E(OS_PROJECT_NAME) is used, else E(OS_TENANT_NAME).
        A module reads them on the target, a lookup on the controller.
    type: str
  token:
    description:
      - An IAM token that is valid for the project.
      - If not set, the environment variable E(OS_TOKEN) is used, else E(OS_AUTH_TOKEN).
        A module reads them on the target, a lookup on the controller.
    type: str
  access_key:
    description:
      - The access key (AK) which signs the requests. It needs O(secret_key).
      - If not set, the environment variable E(OS_ACCESS_KEY) is used.
        A module reads it on the target, a lookup on the controller.
    type: str
  secret_key:
    description:
      - The secret key (SK) that belongs to O(access_key).
      - If not set, the environment variable E(OS_SECRET_KEY) is used.
        A module reads it on the target, a lookup on the controller.
    type: str
  security_token:
    description:
      - The security token that comes with a temporary O(access_key). A permanent access key has none.
      - If not set, the environment variable E(OS_SECURITY_TOKEN) is used.
        A module reads it on the target, a lookup on the controller.
    type: str
  signature:
    description:
      - How requests are signed with O(access_key). It has no meaning for the other ways to log in.
      - Both procedures are named SDK-HMAC-SHA256, but their signatures differ.
        Keep the default unless your cloud refuses it.
      - With V(scope), the signing key is derived from the date and an empty region and service.
        Other clients of Open Telekom Cloud sign in this way.
      - With V(access), the secret key signs directly. The documentation of the API gateway describes this way.
      - A refused signature is never tried again, because the cloud locks an access key for some minutes
        after more than five failures in a row.
    type: str
    default: scope
    choices: [scope, access]
  username:
    description:
      - The name of the user who logs in with O(password).
      - If not set, the environment variable E(OS_USERNAME) is used.
        A module reads it on the target, a lookup on the controller.
    type: str
  password:
    description:
      - The password of O(username). A login also needs O(user_domain_name) or O(user_domain_id).
      - If not set, the environment variable E(OS_PASSWORD) is used.
        A module reads it on the target, a lookup on the controller.
    type: str
  passcode:
    description:
      - The one-time code (TOTP) of a user who needs a second factor to log in with O(password).
      - If not set, the environment variable E(OS_PASSCODE) is used.
        A module reads it on the target, a lookup on the controller.
    type: str
  user_domain_name:
    description:
      - The name of the account to which O(username) belongs, for example V(OTC-EU-DE-00000000001000000001).
        IAM calls it a domain.
      - If not set, the environment variable E(OS_USER_DOMAIN_NAME) is used, else E(OS_DOMAIN_NAME).
        A module reads them on the target, a lookup on the controller.
    type: str
    aliases: [domain_name]
  user_domain_id:
    description:
      - The id of the account to which O(username) belongs. It can be given in place of O(user_domain_name).
      - If not set, the environment variable E(OS_USER_DOMAIN_ID) is used, else E(OS_DOMAIN_ID).
        A module reads them on the target, a lookup on the controller.
    type: str
    aliases: [domain_id]
  cloud:
    description:
      - The name of an entry of C(clouds.yaml) to log in with. This needs the library openstacksdk.
      - All that openstacksdk knows can be used, such as C(secure.yaml), C(profile), and each C(auth_type).
        An entry with an access key, as C(ak) and C(sk) or as C(access_key) and C(secret_key),
        is used to sign the requests.
      - The file is the one that E(OS_CLIENT_CONFIG_FILE) names, else the first that is found in the current directory,
        in C(~/.config/openstack) and in C(/etc/openstack).
      - Region, project, trust in certificates and address of CCE are taken from the entry where they are not given
        by options or by the environment. The same holds for O(auth_url), but never from the environment.
      - O(passcode) is used for entries with the C(auth_type) V(v3totp) or V(v3multifactor).
      - If not set, the environment variable E(OS_CLOUD) is used.
        A module reads the variable and the file on the target, a lookup on the controller.
    type: str
  ca_cert:
    description:
      - The path of a file with certificates (PEM) of the certification authorities to trust.
      - Without it, the certificates that come with the requests library are trusted, or those in the file that the
        environment variable E(REQUESTS_CA_BUNDLE) or E(CURL_CA_BUNDLE) names. This option wins over both variables.
      - If not set, the environment variable E(OS_CACERT) is used.
        A module reads the variable and the file on the target, a lookup on the controller.
    type: path
  validate_certs:
    description:
      - Whether the certificates of the servers are checked.
      - Set it to V(false) for tests only. Others can then read the credentials on their way.
        O(ca_cert) is not used then.
    type: bool
    default: true
  proxy:
    description:
      - The URL of the proxy for all requests, for example V(http://proxy.example.com:3128).
      - If not set, the usual environment variables E(HTTPS_PROXY), E(HTTP_PROXY) and E(NO_PROXY) are honoured.
        A module reads them on the target, a lookup on the controller.
    type: str
  timeout:
    description:
      - The time in seconds that the whole fetch may take. Logging in, slow answers and retries are all included.
    type: float
    default: 60
  retries:
    description:
      - How often a request is tried again. V(0) means that it is never tried again.
      - Tried again are refused and broken connections, truncated answers,
        and answers with HTTP status 429, 500, 502, 503 or 504.
      - All tries together never take longer than O(timeout).
    type: int
    default: 4
  autopilot:
    description:
      - With V(true), the jobs of CCE Autopilot clusters are listed instead of those of other clusters.
      - Huawei Cloud has such clusters, Open Telekom Cloud has not.
    type: bool
    default: false
notes:
  - >-
    Modules read environment variables and files on the target, the host on which the module runs.
    Lookups read them on the controller, the host on which Ansible itself runs.
  - >-
    An option that is given wins over the environment. For a lookup, an option that is given wins over a variable,
    and a variable wins over the environment. An empty environment variable counts as unset.
  - >-
    There are four ways to prove who you are: O(token), or O(access_key) with O(secret_key),
    or O(username) with O(password), or O(cloud).
    One that is given as an option wins over any that is only in the environment.
    Of several in the environment, the first in this order is used.
  - >-
    It is an error to give no credential at all, to give only half of one, for example O(access_key)
    without O(secret_key), or to give two of them as options. The error message names the options to add or to drop.
  - >-
    One of O(project_id) and O(project_name) is needed, unless O(cloud) tells the project.
    A login with O(password) is made for this project.
    With O(token) or O(access_key), IAM is asked for the id of O(project_name).
  - >-
    If O(project_id) or O(project_name) is given, neither is taken from the environment.
    The same holds for O(user_domain_name) and O(user_domain_id).
    If O(access_key) is given, O(security_token) is not taken from the environment.
  - >-
    The permission C(cce:job:list) is needed. The role CCE ReadOnlyAccess contains it.
  - >-
    Secrets never appear in the output, at any verbosity. Credentials are never sent to another host:
    redirects are refused and the file C(.netrc) is not used.
  - >-
    There is a warning when an address begins with V(http://) and is not a loopback address,
    because the credentials then travel unencrypted.
"""

    # For lookups, in addition to the above: where else a value can come from.
    PLUGIN = r"""
---
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
    Every option about connection and credentials can also be set as a variable
    with the prefix C(opentelekomcloud_cce_), for example C(opentelekomcloud_cce_region) for O(region).
    A credential in variables wins over one in the environment. Two credentials in variables are an error.
"""
