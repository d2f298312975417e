import { Icon, type IconName } from './icons';

interface IconButtonProps {
  /** Accessible name, also the tooltip unless `title` says more. */
  readonly label: string;
  readonly icon: IconName;
  readonly onClick: () => void;
  readonly title?: string;
  readonly disabled?: boolean;
  readonly pressed?: boolean;
  readonly class?: string;
}

/** A button without words, in the size of VS Code's own toolbar actions. */
export function IconButton({
  label,
  icon,
  onClick,
  title = label,
  disabled = false,
  pressed,
  ...rest
}: IconButtonProps) {
  return (
    <button
      type="button"
      class={`icon-button ${rest.class ?? ''}`}
      aria-label={label}
      aria-pressed={pressed}
      title={title}
      disabled={disabled}
      onClick={onClick}
    >
      <Icon name={icon} />
    </button>
  );
}
