import type { Descriptor } from '../descriptor.ts';
import { IDX_EXAMPLES, IDX_SOURCE, idxDownloads } from './idx-downloads.ts';

export const fashionMnist: Descriptor = {
  name: 'fashion-mnist',
  about: 'Fashion-MNIST: 70,000 articles of clothing in 10 classes, 28 x 28 grey (Zalando Research; MIT)',
  shape: [28, 28, 1],
  classes: 10,
  examples: IDX_EXAMPLES,
  source: IDX_SOURCE,
  hash: '23219a8a0cab187357cf0ae581d3837d285a4a1c46d4f54991647e65ac005341',
  origin: {
    mirrors: ['http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/'],
    downloads: idxDownloads({
      trainImages: {
        bytes: 26_421_880,
        sha256: '3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84',
        content: 'c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888',
      },
      trainLabels: {
        bytes: 29_515,
        sha256: 'a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845',
        content: 'bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9',
      },
      testImages: {
        bytes: 4_422_102,
        sha256: '346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073',
        content: '5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b',
      },
      testLabels: {
        bytes: 5_148,
        sha256: '67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5',
        content: '0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34',
      },
    }),
  },
};
