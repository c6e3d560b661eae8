// Loaded at the first look at EC2. What the bundle keeps of the largest of the SDKs is what is named here.
export { DescribeInstancesCommand, EC2Client } from '@aws-sdk/client-ec2';
