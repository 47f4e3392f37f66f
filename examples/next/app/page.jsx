import Cartoon from './cartoon';

export default function Page() {
  return <Cartoon look="toon" />;
}
