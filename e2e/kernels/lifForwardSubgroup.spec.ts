import { testForwardVariant } from '../harness/forwardVariantTests.ts';

testForwardVariant('subgroup');
